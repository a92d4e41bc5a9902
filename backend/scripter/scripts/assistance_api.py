"""Help with the Python of a script over HTTP. Nothing is stored, and whoever may read the script may ask.

An answer that does not come in time is an empty one with `late`: the editor goes on without it."""

from __future__ import annotations

from typing import Annotated, Any, cast

import flask
from flask_openapi import APIBlueprint
from pydantic import Field

from scripter import fileview
from scripter.access import guard
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.context import Context
from scripter.filestore import MAX_FILES, MAX_TEXT_BYTES
from scripter.fileview import FileBody
from scripter.lib import http
from scripter.lib.http import Answer, Body, Path, Problem, RowId, View
from scripter.lib.python_help import Ask
from scripter.lib.ruff import NotPython
from scripter.scripts import assistance, service
from scripter.scripts.assistance import Assistance

bp = APIBlueprint("assistance", __name__, url_prefix="/api")

_EXTENSION = "scripter-assistance"
_REFUSALS: dict[int | str, Any] = {404: Problem, 413: Problem, 422: Problem, 429: Problem}

SourceText = Annotated[str, Field(max_length=MAX_TEXT_BYTES)]
FilePath = Annotated[str, Field(min_length=1, max_length=500)]


class ScriptPath(Path):
    """The script that the code belongs to."""

    script_id: RowId


class OneFile(Body):
    """The text of one Python file."""

    content: SourceText


class PlaceInCode(Body):
    """A place in a file: `line` counts from 1, `column` from 0 in characters.

    The code is what the version `base` holds, with `changed` put in and `gone` taken out.
    """

    base: RowId
    changed: Annotated[list[FileBody], Field(default_factory=list, max_length=MAX_FILES)]
    gone: Annotated[list[FilePath], Field(default_factory=list, max_length=MAX_FILES)]
    path: FilePath
    line: Annotated[int, Field(ge=1, le=10_000_000)]
    column: Annotated[int, Field(ge=0, le=10_000_000)]


class PlaceView(View):
    """`line` counts from 1, `column` from 0 in characters."""

    line: int
    column: int


class EditView(View):
    """A piece of the file that is replaced."""

    start: PlaceView
    end: PlaceView
    content: str


class FixView(View):
    """What would mend a problem without changing what the script does."""

    message: str
    edits: list[EditView]


class CodeProblemView(View):
    """One problem. `breaks`: the script will not run, or not to its end."""

    code: str
    message: str
    start: PlaceView
    end: PlaceView
    breaks: bool
    fix: FixView | None


class CodeProblemsView(View):
    """What is wrong with a file, from top to bottom."""

    items: list[CodeProblemView] = Field(default_factory=list)
    late: bool = False


class FormattedView(View):
    """The file laid out well, or null and why it could not be."""

    content: str | None = None
    why: str = ""
    late: bool = False


class NameView(View):
    """A name that may stand here; `kind` is module, class, function, instance, keyword, ..."""

    name: str
    kind: str


class CompletionsView(View):
    """The names that go on what was typed from the column `start` on; `whole`: there are no more than these."""

    names: list[NameView] = Field(default_factory=list)
    start: int = 0
    whole: bool = False
    late: bool = False


class SignatureView(View):
    """How something is called; `active` is the number of the parameter that is being written."""

    name: str
    parameters: list[str]
    active: int | None
    doc: str


class SignaturesView(View):
    """How what is being called here is called."""

    signatures: list[SignatureView] = Field(default_factory=list)
    late: bool = False


class HoverView(View):
    """What the name under the pointer is, and its documentation as plain text."""

    title: str = ""
    doc: str = ""
    late: bool = False


class TargetView(View):
    """A place in a file of the script."""

    path: str
    line: int
    column: int


class DefinitionView(View):
    """Where a name comes from: places in the script, or else the name of what is `outside` of it."""

    targets: list[TargetView] = Field(default_factory=list)
    outside: str = ""
    late: bool = False


def install(app: flask.Flask, context: Context) -> None:
    """Give `app` those who answer; they are ended with `context`."""
    answering = Assistance()
    app.extensions[_EXTENSION] = answering
    context.at_close(answering.close)


@bp.post("/scripts/<int:script_id>/python/problems", responses={200: CodeProblemsView, **_REFUSALS})
@needs(Scope.SCRIPT_READ)
def find_problems(path: ScriptPath, body: OneFile) -> Answer:
    """What is wrong with a Python file."""
    found = _assistance().problems(body.content, _python(path))
    if found is None:
        return http.show(CodeProblemsView(late=True))
    return http.show(CodeProblemsView(items=[CodeProblemView.model_validate(one) for one in found]))


@bp.post("/scripts/<int:script_id>/python/format", responses={200: FormattedView, **_REFUSALS})
@needs(Scope.SCRIPT_READ)
def format_file(path: ScriptPath, body: OneFile) -> Answer:
    """Lay a Python file out well. What it does stays the same."""
    try:
        content = _assistance().formatted(body.content, _python(path))
    except NotPython as error:
        return http.show(FormattedView(why=f"A mistake of syntax stands in the way: {error}."))
    return http.show(FormattedView(content=content, late=content is None))


@bp.post("/scripts/<int:script_id>/python/complete", responses={200: CompletionsView, **_REFUSALS})
@needs(Scope.SCRIPT_READ)
def complete(path: ScriptPath, body: PlaceInCode) -> Answer:
    """The names that may stand at a place."""
    return _ask("complete", CompletionsView, path, body)


@bp.post("/scripts/<int:script_id>/python/signature", responses={200: SignaturesView, **_REFUSALS})
@needs(Scope.SCRIPT_READ)
def show_signature(path: ScriptPath, body: PlaceInCode) -> Answer:
    """How the function is called in whose brackets the place is."""
    return _ask("signature", SignaturesView, path, body)


@bp.post("/scripts/<int:script_id>/python/hover", responses={200: HoverView, **_REFUSALS})
@needs(Scope.SCRIPT_READ)
def show_documentation(path: ScriptPath, body: PlaceInCode) -> Answer:
    """What the name at a place is."""
    return _ask("hover", HoverView, path, body)


@bp.post("/scripts/<int:script_id>/python/definition", responses={200: DefinitionView, **_REFUSALS})
@needs(Scope.SCRIPT_READ)
def find_definition(path: ScriptPath, body: PlaceInCode) -> Answer:
    """Where the name at a place comes from."""
    return _ask("definition", DefinitionView, path, body)


def _ask(ask: Ask, view: type[View], path: ScriptPath, body: PlaceInCode) -> Answer:
    with guard.reading() as session:
        script = service.get(session, path.script_id)
        code = assistance.code(session, script, body.base, fileview.given(body.changed), body.gone)
    found = _assistance().ask(ask, code, body.path, line=body.line, column=body.column)
    if found is None:
        return http.show(view.model_validate({"late": True}))
    return http.show(view.model_validate({} if "stumbled" in found else found))


def _python(path: ScriptPath) -> str:
    with guard.reading() as session:
        return assistance.python_of(session, service.get(session, path.script_id))


def _assistance() -> Assistance:
    return cast("Assistance", flask.current_app.extensions[_EXTENSION])
