"""A partner's connector: keeps a mirror of all orders, rejects orders, downloads documents. README.md says how.

It may be killed at any time, and the connection may break at any time: start it again, and it goes on.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

from api import code_of, connect, download, next_step
from mirror import Decision, Mirror, Progress
from orders_client import GraphQLClientError, OrderFilter, OrdersClient, RejectOrderInput, RejectRejectOrder
from webhook import listen


def sync(client: OrdersClient, mirror: Mirror) -> None:
    """Brings the mirror up to date."""
    if mirror.progress.position is None:
        first_sync(client, mirror)
    try:
        read_feed(client, mirror)
    except GraphQLClientError as error:
        if code_of(error) != "BAD_USER_INPUT":
            raise
        # The feed ends before the position: the server's database was restored from a backup. Start over.
        with mirror.transaction():
            mirror.clear()
        first_sync(client, mirror)


def first_sync(client: OrdersClient, mirror: Mirror) -> None:
    """Every order, page by page. What changes meanwhile is in the feed behind the position that is taken first."""
    start, cursor, has_more = mirror.progress.start, mirror.progress.page, True
    if start is None:
        start = client.feed_head().events.head_sequence
    while has_more:
        page = client.orders_page(first=100, after=cursor, filter_=OrderFilter(include_archived=True)).orders
        cursor, has_more = page.page_info.end_cursor or cursor, page.page_info.has_next_page
        with mirror.transaction():
            for order in page.nodes:
                mirror.store(order)
            mirror.keep(Progress(start, cursor, None if has_more else start))


def read_feed(client: OrdersClient, mirror: Mirror) -> None:
    """What happened after the position. It moves in the transaction that stores what was read."""
    has_more = True
    while has_more:
        page = client.events_page(after=mirror.progress.position or 0).events
        has_more = page.has_more
        with mirror.transaction():
            for event in page.nodes:
                if event.order:  # as it is now; an event of a tag or a setting has none
                    mirror.store(event.order)
            mirror.keep(replace(mirror.progress, position=page.last_sequence))


def follow(client: OrdersClient, mirror: Mirror, is_woken: Event, pause: float) -> None:
    """Never ends. Reads the feed when a webhook has come, and in any case after `pause` seconds."""
    while True:
        is_woken.clear()  # before the feed is read: what comes while it is being read leads to one more look
        sync(client, mirror)
        is_woken.wait(pause)


def reject(client: OrdersClient, mirror: Mirror, decision: Decision) -> RejectRejectOrder:
    """Safe to repeat: all tries have the same key, and act once."""
    answer = client.reject(
        RejectOrderInput(
            order_id=decision.order_id,
            notify=True,
            reason=decision.reason,
            expected_version=decision.version,
            idempotency_key=decision.key,
        )
    ).reject_order
    if answer is None:  # only ever together with an error, which the client raises
        raise GraphQLClientError("The server answered nothing.")
    mirror.answered(decision)
    return answer


def print_answer(answer: RejectRejectOrder) -> None:
    for refusal in answer.user_errors:
        print(f"{refusal.code.value}: {refusal.message} → {next_step(refusal.kind)}")
    if not answer.user_errors and answer.order:
        print(f"{answer.order.code} is rejected" + (" (already, by an earlier try)." if answer.replayed else "."))


def setting(name: str) -> str:
    return os.environ.get(name) or sys.exit(f"Set the variable {name}.")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Keeps a mirror of all orders, rejects orders, downloads documents.")
    parser.add_argument("--mirror", type=Path, default=Path("mirror.db"), help="the file that keeps everything")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("sync", help="bring the mirror up to date, and print it")
    following = commands.add_parser("follow", help="keep the mirror up to date until it is stopped")
    following.add_argument("--poll", type=float, default=10, help="seconds between looks at the feed (10)")
    following.add_argument("--webhook", type=int, metavar="PORT", help="receive webhooks; needs OM_WEBHOOK_SECRET")
    rejecting = commands.add_parser("reject", help="reject an order; as often as you like until it has worked")
    rejecting.add_argument("code", help="the order's code")
    rejecting.add_argument("--reason", default="OUT_OF_STOCK", help="code of one of the brand's reasons")
    documents = commands.add_parser("documents", help="download the order's PDF and workbook")
    documents.add_argument("code", help="the order's code")
    chosen = parser.parse_args(arguments)
    mirror = Mirror(chosen.mirror)
    try:
        with connect(setting("OM_URL"), setting("OM_API_KEY")) as client:
            match chosen.command:
                case "sync":
                    sync(client, mirror)
                    for row in mirror.orders():
                        print(*row, sep="\t")
                case "follow":
                    is_woken = Event()
                    if chosen.webhook is not None:
                        listen(chosen.webhook, setting("OM_WEBHOOK_SECRET"), is_woken.set)
                    follow(client, mirror, is_woken, chosen.poll)
                case "reject":
                    decision = mirror.decide(chosen.code, chosen.reason)
                    if decision is None:
                        sys.exit(f"There is no order {chosen.code} in the mirror: sync first.")
                    print_answer(reject(client, mirror, decision))
                case "documents":
                    found = client.order_by_code(chosen.code).order_by_code
                    order = client.documents(found.id).order if found else None
                    for link in (order.pdf, order.excel) if order else ():
                        if link:
                            print(download(link, Path()))
    except GraphQLClientError as error:
        sys.exit(f"{code_of(error)}: {error}")
    finally:
        mirror.close()


if __name__ == "__main__":
    main()
