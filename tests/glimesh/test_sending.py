"""Looking for a message whose reply was lost: what is found, and what it costs."""

import pytest

from backchannel.errors import ConnectionLost, InvalidInput, Outcome
from backchannel.glimesh import ResourceNotFound
from backchannel.local.glimesh.world import ChatMessage
from backchannel.message import Address
from backchannel.wire.retry import RetryPolicy

SEND = "CreateChatMessage"
VIEWER, CHATBOT = 3, 2
PATIENT = RetryPolicy(attempts=20, base=0.05, cap=0.05)


def says(site, text, *, user=VIEWER, channel=1, times=1):
    """Somebody writes by other means than ours."""
    messages = site.world.messages
    for _ in range(times):
        messages.add(
            ChatMessage(id=messages.next_id(), channel_id=channel, user_id=user, message=text)
        )


def at_a_fault(site, operation, act):
    """Act when the server is asked for an operation of which it was ordered to go wrong."""
    take = site.faults.take

    def taking(path, operations):
        order = take(path, operations)
        if order is not None and operation in operations():
            act()
        return order

    site.faults.take = taking


def looks(site):
    return site.operations.count("ReadBack")


def test_a_message_that_went_well_costs_one_request_beside_the_room(site, connect):
    receipt = connect(site.url).send("glimesh:streamer", "hi")
    assert (receipt.outcome, receipt.read_back) == (Outcome.SENT, False)
    assert site.operations == ["FindChatRoom", SEND]


def test_a_client_sends_by_the_channels_id(site, connect):
    caller = connect(site.url)
    site.faults.cut_after_apply(operation=SEND)
    receipt = caller.finish(caller.client.send_message("1", "hi"))
    assert (receipt.outcome, receipt.read_back) == (Outcome.SENT, True)
    assert receipt.address == Address("glimesh", "1", by_id=True)
    assert receipt.require().id == "13"
    assert receipt.require().room.name == "streamer"


def test_a_channel_that_is_not_there_raises(site, connect):
    caller = connect(site.url)
    with pytest.raises(ResourceNotFound):
        caller.finish(caller.client.send_message("99", "hi"))
    assert site.operations == ["FindChatRoom"]


@pytest.mark.parametrize("text", ["", " \n", "x" * 256, "a\0b", "half \ud83d"])
def test_a_text_that_would_be_refused_costs_no_request(site, connect, text):
    caller = connect(site.url)
    with pytest.raises(InvalidInput):
        caller.finish(caller.client.send_message("1", text))
    assert site.requests == []


def test_an_equal_text_of_before_is_not_taken_for_it(site, connect):
    says(site, "hi", times=3)
    site.faults.cut_before_apply(operation=SEND)
    receipt = connect(site.url).send("glimesh:streamer", "hi")
    assert receipt.outcome is Outcome.UNKNOWN
    assert len(site.world.messages) == 15


def test_nor_is_one_of_somebody_else_or_elsewhere_or_that_is_only_similar(site, connect):
    def others():
        says(site, "hi", user=CHATBOT)
        says(site, "hi", channel=2)
        says(site, "hi ")

    site.faults.cut_before_apply(operation=SEND)
    at_a_fault(site, SEND, others)
    assert connect(site.url).send("glimesh:streamer", "hi").outcome is Outcome.UNKNOWN
    assert len(site.world.messages) == 15


def test_it_is_found_behind_many_others(site, connect):
    site.faults.cut_after_apply(operation=SEND)
    site.faults.delay(operation="ReadBack", seconds=0)
    at_a_fault(site, "ReadBack", lambda: says(site, "noise", user=CHATBOT, times=60))
    receipt = connect(site.url).send("glimesh:streamer", "hi")
    assert (receipt.outcome, receipt.require().id) == (Outcome.SENT, "13")
    assert looks(site) == 3  # pages of 25


def test_looking_ends_where_the_send_began(site, connect):
    says(site, "noise", times=500)
    site.faults.cut_before_apply(operation=SEND)
    assert connect(site.url).send("glimesh:streamer", "hi").outcome is Outcome.UNKNOWN
    assert looks(site) == 3  # as often as the policy says, a page each


def test_an_empty_channel(site, connect):
    for row in site.world.messages:
        site.world.messages.remove(row)
    site.faults.cut_after_apply(operation=SEND, times=1)
    assert connect(site.url).send("glimesh:streamer", "hi").outcome is Outcome.SENT
    site.faults.cut_before_apply(operation=SEND)
    assert connect(site.url).send("glimesh:nolinks", "hi").outcome is Outcome.UNKNOWN


def test_an_effect_that_comes_late_is_found(site, connect):
    site.faults.apply_late(operation=SEND, seconds=0.2)
    receipt = connect(site.url, reading_back=PATIENT).send("glimesh:streamer", "hi")
    assert (receipt.outcome, receipt.read_back) == (Outcome.SENT, True)
    assert looks(site) > 1


def test_looking_goes_on_after_a_fault(site, connect):
    site.faults.cut_after_apply(operation=SEND)
    site.faults.cut_before_apply(operation="ReadBack")
    site.faults.html(operation="ReadBack", status=200)
    receipt = connect(site.url).send("glimesh:streamer", "hi")
    assert (receipt.outcome, looks(site)) == (Outcome.SENT, 3)


def test_a_channel_that_cannot_be_read_leaves_it_unknown_and_says_so(site, connect):
    site.faults.cut_after_apply(operation=SEND)
    site.faults.answer(operation="ReadBack", status=503, times=9)
    receipt = connect(site.url).send("glimesh:streamer", "hi")
    assert receipt.outcome is Outcome.UNKNOWN
    assert isinstance(receipt.error, ConnectionLost)
    [note] = receipt.error.__notes__
    assert note.startswith("Reading back, 3 times: ")
    assert "(503)" in note
    assert looks(site) == 3


def test_a_refusal_to_let_it_be_read_is_not_asked_again(site, connect):
    site.faults.cut_after_apply(operation=SEND)
    site.faults.answer(operation="ReadBack", status=403)
    receipt = connect(site.url).send("glimesh:streamer", "hi")
    assert (receipt.outcome, looks(site)) == (Outcome.UNKNOWN, 1)


def test_what_was_not_found_says_so(site, connect):
    site.faults.cut_before_apply(operation=SEND)
    error = connect(site.url).send("glimesh:streamer", "hi").error
    assert error.__notes__ == ["Reading back, 3 times: it was not found"]


def test_two_lost_replies_are_two_messages(site, connect):
    site.faults.cut_after_apply(operation=SEND, times=2)
    caller = connect(site.url)
    sent = [caller.send("glimesh:streamer", "hi").require().id for _ in range(2)]
    assert sent == ["13", "14"]
