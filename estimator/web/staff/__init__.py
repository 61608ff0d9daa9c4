"""Pages of staff: signing in, one's account, invitations, settings, the audit trail."""

from __future__ import annotations

from estimator.web.staff import account, audit_trail, invitations, settings

blueprints = (account.pages, invitations.pages, audit_trail.pages, settings.pages)
