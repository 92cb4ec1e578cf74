"""Credentials that log in, once however many calls need it.

The server keeps 50 tokens a user, and each login with a password makes another, which in the end
pushes out the oldest. So a token is used until it is refused, and shared by all clients that are
given the same credentials; a program that keeps it (`on_login`) resumes it after a restart.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from backchannel.errors import ConfigurationError
from backchannel.flight import Flight
from backchannel.flow import Flow, call, once
from backchannel.rocketchat.authentication import Digest, Password, Resume, request_token
from backchannel.rocketchat.credentials import Token, make_token
from backchannel.rocketchat.errors import LoginRefused
from backchannel.rocketchat.second_factor import digest
from backchannel.rocketchat.site import Site
from backchannel.wire.secrets import Secret

__all__ = ["Login", "PasswordLogin", "ResumeToken"]


class Login(ABC):
    """Credentials that log in at the first call which needs a token.

    An object of this kind belongs to one server, that of the first client which uses it. All
    clients that are given it share its token: threads, tasks, and blocking and async clients.
    """

    def __init__(self) -> None:
        self._flight = Flight()
        self._url: str | None = None
        self._held: Token | None = None
        self._refused: Token | None = None

    @abstractmethod
    def _obtain(self, site: Site, deadline: float) -> Flow[Token]:
        """The flow that gets a token. It never runs twice at the same time."""

    @property
    def held(self) -> Token | None:
        """The token in use, or None before the first login and after logging out."""
        return self._held

    def bind(self, url: str) -> None:
        """Say which server the credentials are for. See `Credentials`."""
        if self._url is None:
            self._url = url
        elif self._url != url:
            raise ConfigurationError(
                f"{self!r}: it is in use with {self._url}, and cannot be used with {url} as well"
            )

    def token(self, site: Site, deadline: float) -> Flow[Token]:
        """The flow that gives the token. See `Credentials`."""
        while True:
            seen = self._held
            if seen is not None and seen is not self._refused:
                return seen
            yield from once(self._flight, self._flow_of(site, deadline, seen))

    def invalidate(self, refused: Token) -> bool:
        """Have the next call log in again, if the token is still the refused one."""
        if self._held is refused:
            self._refused = refused
        return True

    def forget(self, ended: Token) -> None:
        """Have the next call log in again."""
        if self._held is ended:
            self._held = None

    def _flow_of(self, site: Site, deadline: float, seen: Token | None) -> Callable[[], Flow[None]]:
        return lambda: self._log_in(site, deadline, seen)

    def _log_in(self, site: Site, deadline: float, seen: Token | None) -> Flow[None]:
        # Another login may have ended since.
        if self._held is seen:
            self._held = yield from self._obtain(site, deadline)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("credentials cannot be pickled or copied into clear text")


class PasswordLogin(Login):
    """A user with a password: `RocketChat(url, credentials=PasswordLogin("bob", password))`.

    A call that is refused with 401 logs in again, once. For that the password's sha-256 digest is
    kept as long as this object lives, and not the password itself; the digest logs in as well, and
    is as secret. Whoever wants nothing kept gives a function, which is asked at each login.

    Args:
        user: the user's name, or e-mail address.
        password: the password, or a function that gives it, under asyncio called in a worker
            thread.
        resume: a token kept from an earlier login, tried first: it makes no other.
        plain: send the password itself, for servers that have another check it (LDAP). It is
            then kept in place of its digest.
        on_login: called with the token of each login with the password, under asyncio in a
            worker thread: to keep it, and resume it later. An error of its own ends the call that
            needed the token.

    Raises:
        ConfigurationError: user or password are blank, or no text.

    Source: `POST login`.
    """

    def __init__(
        self,
        user: str,
        password: str | Callable[[], str],
        *,
        resume: str | None = None,
        plain: bool = False,
        on_login: Callable[[Token], None] | None = None,
    ) -> None:
        super().__init__()
        if not user.strip():
            raise ConfigurationError("user is blank")
        self._user = user
        self._plain = plain
        self._password: Secret | Callable[[], str]
        self._password = password if callable(password) else self._kept(password)
        self._resume = None if resume is None else _resumable(resume)
        self._on_login = on_login

    def _obtain(self, site: Site, deadline: float) -> Flow[Token]:
        if self._resume is not None:
            try:
                return (yield from request_token(site, Resume(self._resume.reveal()), deadline))
            except LoginRefused:
                self._resume = None
        password = self._password
        if not isinstance(password, Secret):
            password = self._kept((yield from call(password)))
        body = Password(user=self._user, password=self._shown(password))
        token = yield from request_token(site, body, deadline)
        # Held before it is told: should that fail, the next call must not make another token.
        self._held = token
        if self._on_login is not None:
            yield from call(lambda: self._tell(token))
        return token

    def _tell(self, token: Token) -> None:
        assert self._on_login is not None, "it is there"
        self._on_login(token)

    def _kept(self, password: str) -> Secret:
        if not password:
            raise ConfigurationError("password is empty")
        return Secret(password if self._plain else digest(password))

    def _shown(self, kept: Secret) -> str | Digest:
        return kept.reveal() if self._plain else Digest(kept.reveal())

    def forget(self, ended: Token) -> None:
        """Have the next call log in again, with the password."""
        super().forget(ended)
        self._resume = None

    def __repr__(self) -> str:
        return f"PasswordLogin({self._user!r}, ***)"


class ResumeToken(Login):
    """A token whose user's id is not known: one request at the first call asks for it.

    Args:
        auth_token: a token of an earlier login, or a personal access token.

    Raises:
        ConfigurationError: it cannot stand in a header.

    Source: `POST login` with `resume`, which makes no other token.
    """

    def __init__(self, auth_token: str) -> None:
        super().__init__()
        self._auth_token = _resumable(auth_token)

    def _obtain(self, site: Site, deadline: float) -> Flow[Token]:
        return request_token(site, Resume(self._auth_token.reveal()), deadline)

    def invalidate(self, refused: Token) -> bool:
        """Nothing helps: a refused token cannot be resumed either."""
        return False

    def __repr__(self) -> str:
        return "ResumeToken(***)"


def _resumable(auth_token: str) -> Secret:
    return make_token("anybody", auth_token).auth_token
