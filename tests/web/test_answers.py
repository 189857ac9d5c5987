"""What the server answers, without a server."""

import asyncio
import os

import msgspec
import pytest
from fastapi import Request
from starlette.exceptions import HTTPException

from jnst.errors import InputError
from jnst.web import answers

REQUEST = Request({"type": "http"})


def test_a_picture_that_is_replaced_while_it_is_sent_is_whole(tmp_path):
    path, sent = tmp_path / "preview.jpg", []
    path.write_bytes(b"a" * 1000)

    async def send(message):
        sent.append(message)
        path.write_bytes(b"b" * 10)

    async def answer():
        scope = {"type": "http", "method": "GET", "headers": []}
        await answers.picture(tmp_path, path)(scope, None, send)

    asyncio.run(answer())
    assert dict(sent[0]["headers"])[b"content-length"] == b"1000"
    assert b"".join(message["body"] for message in sent[1:]) == b"a" * 1000


def test_a_picture_that_is_not_there_yet_is_not_found(tmp_path):
    with pytest.raises(HTTPException) as caught:
        answers.picture(tmp_path, tmp_path / "preview.jpg")
    assert (caught.value.status_code, caught.value.detail) == (404, "there is no picture yet")


def test_what_leads_elsewhere_is_not_found(tmp_path):
    (tmp_path / "secret.jpg").write_text("secret")
    folder = tmp_path / "web"
    (folder / "here").mkdir(parents=True)
    (folder / "here" / "view.jpg").symlink_to(tmp_path / "secret.jpg")
    (folder / "there").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.jpg")
    for name in ("here/view.jpg", "there/secret.jpg", "pipe.jpg", "here"):
        with pytest.raises(HTTPException):
            answers.picture(folder, folder / name)


def test_a_picture_is_kept_under_its_name_where_it_has_one(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"data")
    headers = answers.picture(tmp_path, path, name='a "b"\n×.png').headers
    assert headers["content-type"] == "image/png"
    assert headers["content-disposition"] == (
        "attachment; filename*=utf-8''a%20%22b%22%0A%C3%97.png"
    )
    assert "content-disposition" not in answers.picture(tmp_path, path).headers


@pytest.mark.parametrize(
    ("error", "status", "field"),
    [
        (InputError("size must be a number"), 400, "size"),
        (InputError("size: expected `int`"), 400, "size"),
        (InputError("style: the picture is no longer there"), 400, "style"),
        (InputError("unknown quality 'fine'"), 400, ""),
        (InputError("sizes differ"), 400, ""),
        (HTTPException(413, "the file is too large"), 413, ""),
    ],
)
def test_a_refusal_names_the_field_that_it_is_about(error, status, field):
    answer = answers.refused(REQUEST, error)
    said = str(error.detail if status == 413 else error)
    assert answer.status_code == status
    assert msgspec.json.decode(answer.body) == {"error": said, "field": field}


def test_a_refusal_is_one_line():
    said = msgspec.json.decode(answers.refused(REQUEST, InputError("a\nb")).body)["error"]
    assert "\n" not in said
