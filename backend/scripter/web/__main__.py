"""`python -m scripter.web` prints the OpenAPI document, from which the pages' types are made."""

from __future__ import annotations

import json
import sys
import tempfile

from scripter import wiring
from scripter.config import Data, Settings
from scripter.context import Context
from scripter.lib import logs
from scripter.web import create_app


def main() -> None:
    """Nothing is opened for it: the document is the same for every database and queue."""
    logs.set_up(human=True)  # its own words go to the standard error stream
    wiring.connect()
    with tempfile.TemporaryDirectory() as directory:
        context = Context.open(Settings(data=Data(directory=directory)))
        answer = create_app(context).test_client().get("/api/openapi.json")
        json.dump(answer.get_json(), sys.stdout, indent=1, sort_keys=True)
        sys.stdout.write("\n")
        context.close()


if __name__ == "__main__":
    main()
