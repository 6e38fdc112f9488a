"""Applications behind the middleware that answer with what they got: Flask, and plain ASGI.

The environment says where iamd is. Run as a module, it serves the Flask application by Werkzeug's server.
"""

import json
import os
import sys
from typing import Any

from flask import Flask, Response, request

from iamd.client import Caller, Iamd
from iamd.client import asgi as asgi_middleware
from iamd.client import wsgi as wsgi_middleware

iamd = Iamd(os.environ["LIBRARY_IAMD"], os.environ["LIBRARY_API_KEY"])
flask_app = Flask(__name__)


def describe(caller: Caller, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> str:
    return json.dumps(
        {
            "caller": {**caller._asdict(), "principal_tags": dict(caller.principal_tags)},
            "method": method,
            "path": path,
            "query": query,
            "headers": headers,
            "body": body.decode("latin-1"),
        }
    )


@flask_app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@flask_app.route("/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def echo(path: str) -> Response:
    headers = {name.lower(): value for name, value in request.headers.items()}
    text = describe(
        request.environ["iamd.caller"],
        request.method,
        request.path,
        request.query_string.decode(),
        headers,
        request.get_data(),
    )
    return Response(text, content_type="application/json")


flask_app.wsgi_app = wsgi_middleware.IamdMiddleware(flask_app.wsgi_app, iamd, "library")  # type: ignore[method-assign]


async def echo_asgi(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["type"] == "websocket":
        assert (await receive())["type"] == "websocket.connect"
        text = describe(scope["iamd.caller"], "GET", scope["path"], "", headers, b"")
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": text})
        await send({"type": "websocket.close"})
        return
    body, message = b"", {"more_body": True}
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    query = scope["query_string"].decode()
    text = describe(scope["iamd.caller"], scope["method"], scope["path"], query, headers, body)
    content = text.encode()
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-length", str(len(content)).encode())],
        }
    )
    await send({"type": "http.response.body", "body": content})


async def _live(receive: Any, send: Any) -> None:
    for event in ("startup", "shutdown"):
        assert (await receive())["type"] == f"lifespan.{event}"
        await send({"type": f"lifespan.{event}.complete"})


asgi_app = asgi_middleware.IamdMiddleware(echo_asgi, iamd, "library")

if __name__ == "__main__":
    flask_app.run(port=int(sys.argv[1]), threaded=True)
