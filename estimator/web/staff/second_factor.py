"""The second factor: codes of an authenticator app, each taken once, and the recovery codes that stand in for it.

Flask-Security asks these classes. Secrets are sealed with the keys of personal columns, bound to their owner; one
that is not proved yet is sealed for nobody and waits in the signed cookie.
"""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_security import MfRecoveryCodesUtil, SQLAlchemyUserDatastore, Totp
from passlib.exc import TokenError
from passlib.totp import TOTP
from sqlalchemy import or_, update

from estimator import audit, keys, staff
from estimator.db import changed_rows
from estimator.i18n import folded_digits
from estimator.models import StaffUser
from estimator.pdf import qr
from estimator.staff import recovery_codes
from estimator.web import request_context
from estimator.web.request_context import act_of

HALF_MINUTE = 30
"""A code is taken from half a minute before to half a minute after its own half minute, and once."""

PENDING = "pending"

PLACE = (StaffUser.__tablename__, "tf_totp_secret")


class SecondFactor(Totp):
    """Codes that change every half minute, made from a secret that only the phone and we know."""

    def __init__(self, _secrets: object, issuer: str) -> None:
        self._totp = TOTP.using(issuer=issuer)

    def generate_totp_secret(self) -> str:
        """Return a new secret, sealed for nobody yet."""
        return request_context.settings().data_keys.seal(self._totp.new().base32_key, *PLACE, PENDING).hex()

    def verify_totp(self, token: str, totp_secret: str | bytes, user: Any, window: int = 0) -> bool:
        """Take a code if it is right, and if neither it nor a later one was taken before."""
        try:
            secret = self._from(totp_secret, user)
            match = secret.match(folded_digits(token), time=request_context.now().timestamp(), window=window)
        except (TokenError, TypeError, keys.Unreadable):
            return False
        if isinstance(totp_secret, str):
            user.totp_counter = match.counter
            return True
        unused = or_(StaffUser.totp_counter.is_(None), StaffUser.totp_counter < match.counter)
        taken = update(StaffUser).where(StaffUser.id == user.id, unused)
        return changed_rows(taken.values(totp_counter=match.counter)) == 1

    def bound(self, pending: str, user: StaffUser) -> bytes:
        """Return a secret that was proved as it is kept: sealed for its owner."""
        return request_context.settings().data_keys.seal(
            self._from(pending, user).base32_key, *PLACE, user.name
        )

    def get_totp_uri(self, username: str, totp_secret: str | bytes) -> str:
        """Return what the QR code says."""
        return str(self._from(totp_secret).to_uri(username))

    def get_totp_pretty_key(self, totp_secret: str | bytes) -> str:
        """Return the secret in groups, to be typed where no picture can be taken."""
        return str(self._from(totp_secret).pretty_key())

    def get_totp_b32_key(self, totp_secret: str | bytes) -> str:
        """Return the secret as apps write it."""
        return str(self._from(totp_secret).base32_key)

    def generate_qrcode(self, username: str, totp: str) -> Any:
        """Return the QR code as a picture that the page draws itself."""
        return qr.picture(self.get_totp_uri(username, totp))

    def _from(self, sealed: str | bytes, user: StaffUser | None = None) -> Any:
        ring = request_context.settings().data_keys
        if isinstance(sealed, str):
            return self._totp(ring.open(bytes.fromhex(sealed), *PLACE, PENDING), format="base32")
        assert user is not None
        return self._totp(ring.open(sealed, *PLACE, user.name), format="base32")


class RecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes that are kept as HMACs: they can be checked and used up, never shown again."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        """Replace the codes of a person by new ones."""
        made = recovery_codes.make(user, request_context.settings().lookup_key)
        audit.add(act_of(user.actor), "staff.recovery_codes", subject=user.actor)
        return made

    def get_recovery_codes(self, user: Any) -> list[str]:
        """Return nothing: there is nothing to show."""
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Use a code up if it is one; Flask-Security asks this right before it lets somebody in."""
        return recovery_codes.use(user, code, request_context.settings().lookup_key)

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """Notify the person that a code was used up, and record it in the audit trail."""
        staff.notify(act_of(user.actor), user, "recovery_code")
        audit.add(act_of(user.actor), "staff.recovery_code_used", subject=user.actor)
        return True


class Accounts(SQLAlchemyUserDatastore):
    """The accounts as Flask-Security reaches them."""

    def tf_set(
        self, user: Any, primary_method: str, totp_secret: str | bytes | None = None, phone: str | None = None
    ) -> None:
        """Keep a second factor that was just proved; one that was there already stays as it is."""
        if not isinstance(totp_secret, str):
            return
        factory: SecondFactor = current_app.extensions["security"].totp_factory
        user.tf_totp_secret = factory.bound(totp_secret, user)
        user.tf_primary_method = primary_method
        staff.sign_out_everywhere(user)
        staff.notify(act_of(user.actor), user, "second_factor")
        audit.add(act_of(user.actor), "staff.second_factor", subject=user.actor)

    def mf_get_recovery_codes(self, user: Any) -> list[str]:
        """Return a non-empty list if a recovery code is left: Flask-Security only asks whether there is one."""
        return ["…"] if recovery_codes.left(user) else []
