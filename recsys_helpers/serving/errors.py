"""Why a request is refused; the application gives each kind its status."""


class Refused(Exception):
    """A request that cannot be answered; the message says why."""


class NotReady(Refused):
    """Not now: try again later."""


class Unknown(Refused):
    """Nobody knows this id."""


class Unfit(Refused):
    """The request asks for something that there is not, or that must not be used."""


class Conflict(Refused):
    """The request contradicts what is there."""


class Forbidden(Refused):
    """The token is missing or wrong."""
