"""Addresses: what is one, and where a text stops being one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.errors import AddressError, LocalError
from backchannel.message import Address

GOOD = {
    "glimesh:Mytho": Address("glimesh", "Mytho"),
    "glimesh:id=6": Address("glimesh", "6", by_id=True),
    "rocketchat:general": Address("rocketchat", "general"),
    "rocketchat:#general": Address("rocketchat", "#general"),
    "rocketchat:@bob": Address("rocketchat", "@bob"),
    "rocketchat:id=GENERAL": Address("rocketchat", "GENERAL", by_id=True),
    "rocketchat:a:b": Address("rocketchat", "a:b"),
    "rocketchat:id=id=x": Address("rocketchat", "id=x", by_id=True),
    "rocketchat:über": Address("rocketchat", "über"),
    "irc+tls.v2_x-1:room": Address("irc+tls.v2_x-1", "room"),
}

# Texts with the place where they go wrong, and why.
BAD = {
    "": (0, "a colon must follow"),
    "glimesh": (7, "a colon must follow"),
    "glimesh Mytho": (13, "a colon must follow"),
    ":Mytho": (0, "the platform's name is missing"),
    "gli mesh:Mytho": (3, "' ' cannot stand in a platform's name"),
    " glimesh:Mytho": (0, "' ' cannot stand in a platform's name"),
    "glimésh:Mytho": (4, "'é' cannot stand in a platform's name"),
    "https//glimesh:Mytho": (5, "'/' cannot stand in a platform's name"),
    "glimesh:": (8, "the room's name is missing"),
    "glimesh:id=": (11, "the room's name is missing"),
    "glimesh: Mytho": (8, "' ' cannot stand in a room's name"),
    "glimesh:My tho": (10, "' ' cannot stand in a room's name"),
    "glimesh:Mytho\n": (13, "'\\n' cannot stand in a room's name"),
    "glimesh:My\0tho": (10, "'\\x00' cannot stand in a room's name"),
    "glimesh:My\N{ZERO WIDTH SPACE}tho": (10, "'\\u200b' cannot stand in a room's name"),
    "glimesh:My\ud83d": (10, "'\\ud83d' cannot stand in a room's name"),
    "glimesh:id=6 7": (12, "' ' cannot stand in a room's name"),
}


@pytest.mark.parametrize("text", GOOD)
def test_an_address_is_read_and_written(text):
    assert Address.parse(text) == GOOD[text]
    assert str(Address.parse(text)) == text


@pytest.mark.parametrize("text", BAD)
def test_what_is_none_is_told_with_its_place(text):
    position, reason = BAD[text]
    with pytest.raises(AddressError) as caught:
        Address.parse(text)
    assert (caught.value.text, caught.value.position) == (text, position)
    assert reason in str(caught.value)
    assert str(caught.value).endswith(f"(at character {position})")
    assert isinstance(caught.value, LocalError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("text", BAD)
def test_a_bad_address_costs_no_request(platform, talk, text):
    with pytest.raises(AddressError):
        talk.send(text, "hello")
    with pytest.raises(AddressError):
        talk.history(text)
    assert platform.site.requests == []


@pytest.mark.parametrize("name", ["Mytho", "6a", "-6", "٦", ""])
def test_an_id_on_glimesh_is_a_number(glimesh, new_talk, name):
    talk = new_talk()
    talk.over(glimesh=glimesh.client(talk.kind))
    address = Address("glimesh", name, by_id=True)
    for attempt in (talk.history, lambda address: talk.send(address, "hello")):
        with pytest.raises(AddressError, match="a channel's id is a number") as caught:
            attempt(address)
        assert caught.value.position == len("glimesh:id=")
    assert glimesh.site.requests == []


PIECES = st.text() | st.text("gl:id=#@. 6")


@given(PIECES)
def test_a_text_is_an_address_or_goes_wrong_within(text):
    try:
        address = Address.parse(text)
    except AddressError as error:
        place = error.position
    else:
        place = 0
        assert str(address) == text
    assert 0 <= place <= len(text)


@given(st.text("gl-2", min_size=1), st.text("gl:#@6é", min_size=1), st.booleans())
def test_what_is_written_is_read_the_same(backend, name, by_id):
    address = Address(backend, name, by_id)
    assert Address.parse(str(address)) == address
