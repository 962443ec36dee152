"""Why a file is not taken as a picture. No message repeats anything from the file."""

from __future__ import annotations

from telemed.errors import TelemedError


class NotAPicture(TelemedError):
    """No JPEG, PNG or WebP."""

    status = 415
    code = "still_not_a_picture"

    def __init__(self) -> None:
        super().__init__("This file is no JPEG, PNG or WebP picture.")


class HeicPicture(TelemedError):
    """A picture as some phones keep it, which browsers do not show."""

    status = 415
    code = "still_heic"

    def __init__(self) -> None:
        super().__init__("This picture is in the HEIC format. Choose JPEG, or take it with the camera of this page.")


class DamagedPicture(TelemedError):
    """It begins like a picture and does not go on like one."""

    status = 415
    code = "still_damaged"

    def __init__(self) -> None:
        super().__init__("This picture is damaged or not whole.")


class TooManyPixels(TelemedError):
    """Larger than anybody could open safely."""

    status = 413
    code = "still_too_many_pixels"

    def __init__(self) -> None:
        super().__init__("This picture has too many pixels.")
