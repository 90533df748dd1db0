"""The rules table, exhaustively: every status × every set of facts × every action × every role."""

from itertools import chain, combinations

import pytest

from graph.rejection_types import RejectionBlockerCode
from models.key_scopes import KeyScope, role_of_scopes, scopes_of_role, with_included
from models.policy import (
    BLOCKED_WHEN,
    FINAL,
    OPEN,
    REJECTED,
    RULES,
    Blocker,
    DeliveryStatus,
    Fact,
    Facts,
    Has,
    OrderAction,
    OrderStatus,
    Role,
    available_actions,
    blockers,
    delivery_status,
    possible_blockers,
    status_of_rejection,
)

ALL_FACTS = [frozenset(each) for each in chain.from_iterable(combinations(Fact, n) for n in range(len(Fact) + 1))]
EVERY_CASE = [Facts(status, true) for status in OrderStatus for true in ALL_FACTS]
WRITERS = [Role.ADMIN, Role.WRITE, Role.APP, Role.OPERATOR]


def expected_blockers_of_a_rejection(facts: Facts) -> list[Blocker]:
    """The four conditions, as the domain states them and independent of the table."""
    expected = []
    if facts.status in (OrderStatus.REJECTED_BY_BRAND, OrderStatus.REJECTED):
        expected.append(Blocker.ALREADY_REJECTED)
    if facts.status is OrderStatus.SENT_BACK_TO_CART:
        expected.append(Blocker.SENT_BACK_TO_CART)
    if Fact.DELIVERY_NOTE in facts.true:
        expected.append(Blocker.DELIVERY_NOTE_EXISTS)
    if Fact.INVOICE in facts.true:
        expected.append(Blocker.INVOICE_EXISTS)
    if Fact.BACKLOG_SKUS in facts.true:
        expected.append(Blocker.BACKLOG_SKUS_CREATED)
    return expected


@pytest.mark.parametrize("role", WRITERS)
def test_rejecting_is_blocked_by_the_four_conditions_and_by_nothing_else(role: Role) -> None:
    for facts in EVERY_CASE:
        assert blockers(OrderAction.REJECT, role, facts) == expected_blockers_of_a_rejection(facts)


def test_not_permitted_is_reported_beside_the_other_blockers() -> None:
    for facts in EVERY_CASE:
        expected = [Blocker.NOT_PERMITTED, *expected_blockers_of_a_rejection(facts)]
        for role in (Role.READ, Role.APP_READ):
            assert blockers(OrderAction.REJECT, role, facts) == expected


def test_an_app_that_rejects_may_do_that_and_nothing_else() -> None:
    for facts in EVERY_CASE:
        expected = expected_blockers_of_a_rejection(facts)
        assert blockers(OrderAction.REJECT, Role.APP_REJECT, facts) == expected
        assert available_actions(Role.APP_REJECT, facts) == ([] if expected else [OrderAction.REJECT])
        assert available_actions(Role.APP_READ, facts) == []


def test_a_scope_includes_the_narrower_ones() -> None:
    assert with_included([KeyScope.ORDERS_REJECT]) == [KeyScope.ORDERS_READ, KeyScope.ORDERS_REJECT]
    assert with_included([KeyScope.ORDERS_WRITE, KeyScope.ORDERS_READ]) == list(KeyScope)
    assert with_included([]) == []
    roles = [role_of_scopes([scope]) for scope in KeyScope]
    assert roles == [Role.APP_READ, Role.APP_REJECT, Role.APP]
    for role, scope in zip(roles, KeyScope, strict=True):
        assert scopes_of_role(role) == with_included([scope])
    # Who has the wider scope may do all that the narrower one is good for.
    for rule in RULES.values():
        assert [role in rule.by for role in roles] == sorted(role in rule.by for role in roles)
    assert [role for role in Role if scopes_of_role(role)] == roles[::-1]


def test_a_buyer_learns_only_that_it_is_not_permitted() -> None:
    for facts in EVERY_CASE:
        assert blockers(OrderAction.REJECT, Role.BUYER, facts) == [Blocker.NOT_PERMITTED]


def test_in_bulk_only_orders_without_a_finished_confirmation_are_eligible() -> None:
    for facts in EVERY_CASE:
        eligible = facts.status in (OrderStatus.OC_REQUIRED, OrderStatus.OC_CREATED)
        single = expected_blockers_of_a_rejection(facts)
        bulk = single if eligible else [*single, Blocker.STATUS_NOT_ELIGIBLE_FOR_BULK]
        assert blockers(OrderAction.REJECT, Role.WRITE, facts, bulk=True) == bulk


@pytest.mark.parametrize("role", WRITERS)
def test_of_a_rejected_order_only_archive_and_tags_are_left(role: Role) -> None:
    for status in FINAL:
        allowed = {action for true in ALL_FACTS for action in available_actions(role, Facts(status, true))}
        assert allowed == {OrderAction.ARCHIVE, OrderAction.APPLY_TAGS}
        assert OrderAction.APPLY_TAGS in available_actions(role, Facts(status, frozenset(Fact)))


def test_an_open_order_is_never_archived() -> None:
    for status in OPEN:
        for true in ALL_FACTS:
            assert blockers(OrderAction.ARCHIVE, Role.ADMIN, Facts(status, true))


def test_every_refusal_of_a_rejected_order_says_that_it_is_rejected() -> None:
    for action in set(OrderAction) - {OrderAction.ARCHIVE, OrderAction.APPLY_TAGS}:
        role = next(iter(RULES[action].by))
        for status in REJECTED:
            assert Blocker.ALREADY_REJECTED in blockers(action, role, Facts(status, frozenset()))


@pytest.mark.parametrize("action", OrderAction)
def test_an_action_outside_its_statuses_is_blocked_and_inside_only_by_its_conditions(action: OrderAction) -> None:
    rule = RULES[action]
    for role in Role:
        for facts in EVERY_CASE:
            found = blockers(action, role, facts)
            if found == []:
                assert role in rule.by
                assert facts.status in rule.within
            elif role in rule.by and facts.status in rule.within:
                assert set(found) <= set(rule.unless)


@pytest.mark.parametrize("action", OrderAction)
def test_the_possible_blockers_are_those_that_some_case_meets(action: OrderAction) -> None:
    met = {
        blocker
        for role in Role
        for facts in EVERY_CASE
        for bulk in (False, True)
        for blocker in blockers(action, role, facts, bulk=bulk)
    }
    assert set(possible_blockers(action)) == met


def test_the_delivery_status_follows_from_the_facts() -> None:
    for facts in EVERY_CASE:
        if Fact.DELIVERY_NOTE in facts.true:
            expected = DeliveryStatus.DELIVERY_NOTE_CREATED
        elif Fact.BACKLOG_SKUS in facts.true:
            expected = DeliveryStatus.BACKLOG_SKUS_CREATED
        else:
            expected = DeliveryStatus.NONE
        assert delivery_status(facts) is expected


def test_a_fact_that_blocks_does_so_alone() -> None:
    for action, rule in RULES.items():
        role = next(iter(rule.by))
        for blocker in rule.unless:
            condition = BLOCKED_WHEN[blocker]
            if isinstance(condition, Has):
                status = next(iter(rule.within))
                assert blocker in blockers(action, role, Facts(status, frozenset({condition.fact})))


def test_the_status_says_who_rejected() -> None:
    assert status_of_rejection(Role.OPERATOR) is OrderStatus.REJECTED
    for role in (Role.ADMIN, Role.WRITE, Role.APP, Role.APP_REJECT):
        assert status_of_rejection(role) is OrderStatus.REJECTED_BY_BRAND


def test_the_api_has_a_code_for_every_blocker_of_a_rejection() -> None:
    possible = {Blocker.NOT_PERMITTED, Blocker.STATUS_NOT_ELIGIBLE_FOR_BULK, *RULES[OrderAction.REJECT].unless}
    assert {code.value for code in RejectionBlockerCode} == {blocker.value for blocker in possible}
