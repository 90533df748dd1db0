"""Back-pressure on refusals: a client that asks again as soon as it is refused gets its further refusals slowly.

Otherwise one client with 44 connections makes the server refuse 800 requests a second, and their handling takes the
processor from everybody else. A refusal that waits holds a connection and nothing else: no place, no session, no body.
The server closes its connection when others need one (graph/http/server.py).
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.limits.pace import Pace
from graph.limits.rate import network_of

REFUSALS = (429, 503)
MAX_PER_SECOND = 20  # refusals, for each viewer; for each address, where the viewer is not known
BURST = 20  # refusals at once: a page that asks for much at the same time learns immediately that it has to retry
MAX_PAUSE_SECONDS = 5.0
PARTY = "party"  # in scope["state"]: whose request it is (graph/limits/fairness.py), once that is known
IS_PAUSED = "is_paused"  # in scope["state"]: true while the response waits


def new_pace() -> Pace:
    return Pace(MAX_PER_SECOND, BURST, MAX_PAUSE_SECONDS)


class Paced:
    """ASGI middleware: a response with one of the statuses REFUSALS waits for the turn of its viewer or address."""

    def __init__(self, app: ASGIApp, pace: Pace) -> None:
        self._app = app
        self._pace = pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.setdefault("state", {})

        async def gone() -> None:
            """Returns when the client has disconnected, or is still sending: its body would be held meanwhile."""
            while (message := await receive())["type"] == "http.request":
                if message.get("more_body"):
                    return

        async def send_in_turn(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in REFUSALS:
                client = scope.get("client")
                state[IS_PAUSED] = True
                await self._pace.turn(state.get(PARTY) or network_of(client[0] if client else ""), gone)
                state[IS_PAUSED] = False
            await send(message)

        await self._app(scope, receive, send_in_turn)
