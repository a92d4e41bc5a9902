"""Versions of an image's files: made by saves, listed, brought back; what was built of which."""

from __future__ import annotations

from images_rig import FROM, failed, make, save, show, start, succeeded
from people import Browser

from scripter.access.models import AuditEntry
from scripter.context import Context

OTHER = {"path": "Dockerfile", "content": "FROM python:3.12-slim\n"}


def versions(client: Browser, image: dict[str, object]) -> list[dict[str, object]]:
    return list(client.get(f"/api/images/{image['id']}/versions").json["items"])


def test_a_new_image_has_its_first_version(client: Browser) -> None:
    image = make(client)
    [first] = versions(client, image)
    assert (first["number"], first["message"], first["author"]["name"], first["current"]) == (1, "", "anna", True)
    assert [file["path"] for file in first["files"]] == ["Dockerfile", "requirements.txt"]
    assert image["version"] == 1


def test_each_save_that_changes_something_is_a_version_with_author_and_message(client: Browser) -> None:
    image = make(client)
    assert save(client, image, OTHER, message="newer Python").status_code == 200
    assert save(client, image, OTHER, message="again").status_code == 200
    found = versions(client, image)
    assert [(one["number"], one["message"], one["current"]) for one in found] == [
        (2, "newer Python", True),
        (1, "", False),
    ]
    assert show(client, image)["version"] == 2
    whole = client.get(f"/api/images/{image['id']}/versions/1").json
    assert "pip install" in whole["items"][0]["content"]


def test_an_earlier_version_is_brought_back_as_a_new_one(client: Browser, context: Context) -> None:
    image = make(client, files=[FROM])
    save(client, image, OTHER)
    back = client.post(f"/api/images/{image['id']}/versions/1/restore")
    assert (back.status_code, back.json["items"][0]["content"]) == (200, FROM["content"])
    assert [(one["number"], one["message"]) for one in versions(client, image)] == [
        (3, "Version 1 again"),
        (2, ""),
        (1, ""),
    ]
    src = context.data / "images" / str(image["id"]) / "src" / "Dockerfile"
    assert src.read_text() == FROM["content"]
    # What is there already makes no version.
    assert client.post(f"/api/images/{image['id']}/versions/3/restore").status_code == 200
    assert show(client, image)["version"] == 3


def test_a_version_is_not_brought_back_while_the_image_is_ready(client: Browser, context: Context) -> None:
    image = make(client)
    save(client, image, OTHER)
    succeeded(context, start(client, image))
    refused = client.post(f"/api/images/{image['id']}/versions/1/restore")
    assert (refused.status_code, "Destroy the image first" in refused.json["detail"]) == (409, True)
    assert show(client, image)["version"] == 2


def test_a_version_names_the_builds_that_were_made_of_it(client: Browser, context: Context) -> None:
    image = make(client)
    failed(context, start(client, image))
    save(client, image, OTHER)
    built = start(client, image)
    succeeded(context, built)
    assert built["version"] == 2
    found = versions(client, image)
    assert [[(build["number"], build["status"]) for build in one["builds"]] for one in found] == [
        [(2, "succeeded")],
        [(1, "failed")],
    ]


def test_what_is_not_there_is_not_found(client: Browser) -> None:
    image = make(client)
    for path in (f"images/{image['id']}/versions/2", "images/9/versions", "images/9/versions/1"):
        assert client.get(f"/api/{path}").status_code == 404
    assert client.post(f"/api/images/{image['id']}/versions/2/restore").status_code == 404
    assert (
        client.put(f"/api/images/{image['id']}/files", json={"files": [FROM], "message": "x" * 501}).status_code == 422
    )


def test_long_histories_come_in_parts(client: Browser) -> None:
    image = make(client, files=[FROM])
    for tag in range(4):
        save(client, image, {**FROM, "content": f"FROM python:3.{tag + 9}\n"})
    page = client.get(f"/api/images/{image['id']}/versions?limit=2").json
    rest = client.get(f"/api/images/{image['id']}/versions?before={page['next']}").json
    assert [one["number"] for one in page["items"] + rest["items"]] == [5, 4, 3, 2, 1]


def test_versions_go_with_their_image_and_a_restore_is_audited(client: Browser, context: Context) -> None:
    image = make(client, files=[FROM])
    save(client, image, OTHER)
    client.post(f"/api/images/{image['id']}/versions/1/restore")
    assert client.delete(f"/api/images/{image['id']}").status_code == 204
    with context.db.reading() as session:
        details = [row.detail for row in session.query(AuditEntry).filter_by(tag="image:save")]
    assert [detail["version"] for detail in details] == [2, 3]
    assert make(client)["version"] == 1
