"""Which source wins: arguments, then the environment, then the file."""

from __future__ import annotations

import pytest

from backchannel.configuration import GlimeshSettings, RocketChatSettings, load_configuration
from backchannel.errors import ConfigurationError

FILE = """\
[glimesh]
url = "https://file.example.org"
client_id = "file-id"
client_secret_command = ["pass", "glimesh"]

[rocketchat]
url = "https://chat.example.org"
user_id = "u1"
auth_token_keyring = "chat/u1"

[rocketchat.work]
url = "https://work.example.org"
user = "bob"
password_command = ["pass", "work"]
"""


def sources(account) -> dict[str, str]:
    """Where each value was set: argument, variable or line."""
    return {
        name: source.rpartition("variable ")[2].partition(": ")[0].rpartition("/")[2]
        for name, source in account.sources.items()
    }


def test_the_file_alone(write):
    configuration = load_configuration(write(FILE), environment={})
    assert sources(configuration.glimesh) == {
        "url": "config.toml:2:1",
        "client_id": "config.toml:3:1",
        "client_secret": "config.toml:4:1",
    }
    assert sources(configuration.rocketchat)["auth_token"] == "config.toml:9:1"
    assert sources(configuration.servers["work"])["password"] == "config.toml:14:1"
    names = [account.name for account in configuration.accounts]
    assert names == ["glimesh", "rocketchat", "rocketchat+work"]


def test_the_environment_goes_before_the_file_and_arguments_before_both(write):
    variables = {
        "GLIMESH_URL": "https://env.example.org",
        "GLIMESH_CLIENT_SECRET": "of the environment",
        "ROCKETCHAT_WORK_PASSWORD": "of the environment",
        "ROCKETCHAT_URL": "",
    }
    configuration = load_configuration(
        write(FILE),
        glimesh=GlimeshSettings(url="https://argument.example.org"),
        environment=variables,
    )
    assert sources(configuration.glimesh) == {
        "url": "argument glimesh.url",
        "client_secret": "GLIMESH_CLIENT_SECRET",
        "client_id": "config.toml:3:1",
    }
    assert sources(configuration.rocketchat)["url"] == "config.toml:7:1"
    assert sources(configuration.servers["work"])["password"] == "ROCKETCHAT_WORK_PASSWORD"


def test_a_stronger_credential_of_another_kind_puts_the_weaker_one_aside(write):
    variables = {"GLIMESH_TOKEN": "t", "ROCKETCHAT_USER": "bob", "ROCKETCHAT_WORK_USER_ID": "u2"}
    configuration = load_configuration(write(FILE), environment=variables)
    assert set(sources(configuration.glimesh)) == {"url", "token"}
    assert set(sources(configuration.rocketchat)) == {"url", "user", "auth_token"}
    assert set(sources(configuration.servers["work"])) == {"url", "user_id"}


def test_a_program_may_name_servers_itself():
    servers = {"other.one": RocketChatSettings(url="https://chat.example.org")}
    variables = {"ROCKETCHAT_OTHER_ONE_AUTH_TOKEN": "t"}
    configuration = load_configuration(servers=servers, environment=variables)
    assert sources(configuration.servers["other.one"]) == {
        "url": "argument rocketchat+other.one.url",
        "auth_token": "ROCKETCHAT_OTHER_ONE_AUTH_TOKEN",
    }
    with pytest.raises(ConfigurationError, match="a server's name is of letters"):
        load_configuration(servers={"a b": RocketChatSettings()})


def test_arguments_of_a_wrong_type_are_refused_without_their_value():
    wrong = GlimeshSettings(token=["S3cret"])
    with pytest.raises(ConfigurationError, match=r"arguments of glimesh: .*`\$\.token`") as caught:
        load_configuration(glimesh=wrong)
    assert "S3cret" not in str(caught.value)


def test_a_secret_is_given_in_one_spelling_only():
    twice = GlimeshSettings(token="a", token_keyring="b/c")
    with pytest.raises(ConfigurationError, match=r"argument glimesh.token_keyring: give one of"):
        load_configuration(glimesh=twice)
