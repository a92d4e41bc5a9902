"""The whole API against what it says about itself: thousands of requests made from the document, good and bad.

Live streams are left out, since they do not end; their tests are with their rooms."""

from __future__ import annotations

from contextlib import suppress

import pytest
import schemathesis
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from scripter.access import service


@pytest.fixture
def document(app):
    return schemathesis.openapi.from_wsgi("/api/openapi.json", app)


@pytest.fixture
def bearer(context, anna):
    with context.db.transaction() as session:
        return {"Authorization": f"Bearer {service.make_token(session, anna, 'fuzz')[1]}"}


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_one_that_the_document_promises(document, bearer, mode):
    for result in document.exclude(path_regex="stream$").get_all_operations():
        operation = result.ok()
        if operation.path == "/api/tokens/{token_id}":
            continue  # it might revoke the very token that is used here

        @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case):
            with structlog.testing.capture_logs():
                case.call_and_validate(headers=bearer, checks=CHECKS)

        with suppress(Unsatisfiable):  # nothing about an operation without input can be wrong
            check()
