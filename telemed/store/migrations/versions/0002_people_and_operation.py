"""People and operation: patients, staff identity, settings, messages, checkpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Plain ALTER TABLE: SQLite and PostgreSQL both add a column with its reference in place, without copying the table.
_NEW_COLUMNS = (
    'ALTER TABLE "user" ADD COLUMN site_id VARCHAR(40) CONSTRAINT fk_user_site_id REFERENCES site (id)',
    """ALTER TABLE "user" ADD COLUMN language TEXT DEFAULT '' NOT NULL""",
    'ALTER TABLE "user" ADD COLUMN is_privacy_officer BOOLEAN DEFAULT 0 NOT NULL',
    "ALTER TABLE login ADD COLUMN device TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE login ADD COLUMN method VARCHAR(40) DEFAULT 'password' NOT NULL",
    "ALTER TABLE login ADD COLUMN proved_at VARCHAR(27)",
    "ALTER TABLE login ADD COLUMN locked_at VARCHAR(27)",
    "ALTER TABLE session ADD COLUMN patient_id VARCHAR(40) CONSTRAINT fk_session_patient_id REFERENCES patient (id)",
    "ALTER TABLE session ADD COLUMN site_id VARCHAR(40) CONSTRAINT fk_session_site_id REFERENCES site (id)",
)


def upgrade() -> None:
    """Apply."""
    _sites()
    _patients()
    _patient_history()
    _channels()
    _patient_access()
    _rights()
    _second_factors()
    _sign_in()
    _settings()
    _messages()
    _operation()
    for statement in _NEW_COLUMNS:
        op.execute(statement)
    op.create_index("ix_user_site_id", "user", ["site_id"])
    op.create_index("ix_session_patient_id", "session", ["patient_id"])
    op.create_index("ix_session_organisation", "session", ["organisation_id", "created_at"])


def _sites() -> None:
    """Places of an organisation."""
    op.create_table(
        "site",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("closed_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_site_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_site"),
    )
    op.create_index("ix_site_organisation_id", "site", ["organisation_id"], unique=False)


def _patients() -> None:
    """Records and how search finds them."""
    op.create_table(
        "patient",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded_name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.String(length=10), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("interpreter_language", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("updated_at", sa.String(length=27), nullable=False),
        sa.Column("merged_into", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name="fk_patient_created_by"),
        sa.ForeignKeyConstraint(["merged_into"], ["patient.id"], name="fk_patient_merged_into"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_patient_organisation_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_patient_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
    )
    op.create_index("ix_patient_merged_into", "patient", ["merged_into"], unique=False)
    op.create_index("ix_patient_birth_date", "patient", ["organisation_id", "birth_date"], unique=False)
    op.create_index("ix_patient_name", "patient", ["organisation_id", "folded_name"], unique=False)
    op.create_table(
        "patient_gram",
        sa.Column("gram", sa.String(length=3), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_patient_gram_patient_id"),
        sa.PrimaryKeyConstraint("gram", "patient_id", name="pk_patient_gram"),
    )
    op.create_index("ix_patient_gram_patient_id", "patient_gram", ["patient_id"], unique=False)


def _patient_history() -> None:
    """Every change and every merge."""
    op.create_table(
        "patient_change",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("actor_id", sa.String(length=40), nullable=False),
        sa.Column("actor_role", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_patient_change_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_patient_change"),
    )
    op.create_index("ix_patient_change_patient", "patient_change", ["patient_id", "at"], unique=False)
    op.create_table(
        "patient_merge",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kept_id", sa.String(length=40), nullable=False),
        sa.Column("merged_id", sa.String(length=40), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("merged_by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("undone_by", sa.String(length=40), nullable=True),
        sa.Column("undone_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["patient.id"], name="fk_patient_merge_kept_id"),
        sa.ForeignKeyConstraint(["merged_by"], ["user.id"], name="fk_patient_merge_merged_by"),
        sa.ForeignKeyConstraint(["merged_id"], ["patient.id"], name="fk_patient_merge_merged_id"),
        sa.ForeignKeyConstraint(["undone_by"], ["user.id"], name="fk_patient_merge_undone_by"),
        sa.PrimaryKeyConstraint("id", name="pk_patient_merge"),
    )
    op.create_index("ix_patient_merge_kept_id", "patient_merge", ["kept_id"], unique=False)
    op.create_index("ix_patient_merge_merged_id", "patient_merge", ["merged_id"], unique=False)


def _channels() -> None:
    """Carers, and how people are reached."""
    op.create_table(
        "carer",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("relation", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("ends_at", sa.String(length=27), nullable=True),
        sa.Column("revoked_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name="fk_carer_created_by"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_carer_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_carer"),
    )
    op.create_index("ix_carer_patient_id", "carer", ["patient_id"], unique=False)
    op.create_table(
        "contact_channel",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("carer_id", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("verified_at", sa.String(length=27), nullable=True),
        sa.Column("revoked_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["carer_id"], ["carer.id"], name="fk_contact_channel_carer_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_contact_channel_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contact_channel"),
    )
    op.create_index("ix_contact_channel_carer_id", "contact_channel", ["carer_id"], unique=False)
    op.create_index("ix_contact_channel_patient_id", "contact_channel", ["patient_id"], unique=False)
    op.create_index("ix_contact_channel_value", "contact_channel", ["kind", "value"], unique=False)
    op.create_table(
        "channel_code",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("used_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["contact_channel.id"], name="fk_channel_code_channel_id"),
        sa.PrimaryKeyConstraint("id", name="pk_channel_code"),
    )
    op.create_index("ix_channel_code_channel_id", "channel_code", ["channel_id"], unique=False)


def _patient_access() -> None:
    """Who signed in as a patient or for one."""
    op.create_table(
        "patient_login",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("carer_id", sa.String(length=40), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("last_seen_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("revoked_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["carer_id"], ["carer.id"], name="fk_patient_login_carer_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_patient_login_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_patient_login"),
        sa.UniqueConstraint("token_hash", name="uq_patient_login_token_hash"),
    )
    op.create_index("ix_patient_login_carer_id", "patient_login", ["carer_id"], unique=False)
    op.create_index("ix_patient_login_patient_id", "patient_login", ["patient_id"], unique=False)


def _rights() -> None:
    """Who cares for whom, and who broke the glass."""
    op.create_table(
        "care_team_member",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("added_by", sa.String(length=40), nullable=False),
        sa.Column("since", sa.String(length=27), nullable=False),
        sa.Column("until", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["user.id"], name="fk_care_team_member_added_by"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_care_team_member_patient_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_care_team_member_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_care_team_member"),
    )
    op.create_index("ix_care_team_member_patient_id", "care_team_member", ["patient_id"], unique=False)
    op.create_index("ix_care_team_member_user_id", "care_team_member", ["user_id"], unique=False)
    op.create_index(
        "uq_care_team_member_present",
        "care_team_member",
        ["patient_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "break_glass",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.String(length=27), nullable=False),
        sa.Column("ends_at", sa.String(length=27), nullable=False),
        sa.Column("closed_at", sa.String(length=27), nullable=True),
        sa.Column("reviewed_at", sa.String(length=27), nullable=True),
        sa.Column("reviewed_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_break_glass_patient_id"),
        sa.ForeignKeyConstraint(["reviewed_by"], ["user.id"], name="fk_break_glass_reviewed_by"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_break_glass_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_break_glass"),
    )
    op.create_index("ix_break_glass_patient_id", "break_glass", ["patient_id"], unique=False)
    op.create_index("ix_break_glass_user_id", "break_glass", ["user_id"], unique=False)


def _second_factors() -> None:
    """Authenticator apps, passkeys, recovery codes."""
    op.create_table(
        "totp",
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("confirmed_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_totp_user_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_totp"),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("patient_id", sa.String(length=40), nullable=True),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("last_used_at", sa.String(length=27), nullable=True),
        sa.Column("revoked_at", sa.String(length=27), nullable=True),
        sa.CheckConstraint("(user_id IS NULL) <> (patient_id IS NULL)", name="ck_passkey_owner"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_passkey_patient_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_passkey_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
    )
    op.create_index("ix_passkey_patient_id", "passkey", ["patient_id"], unique=False)
    op.create_index("ix_passkey_user_id", "passkey", ["user_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("used_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_recovery_code_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_user_id", "recovery_code", ["user_id"], unique=False)


def _sign_in() -> None:
    """Steps of a sign-in, invitations, other providers, quick unlock."""
    op.create_table(
        "sign_in_step",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("used_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_sign_in_step_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_step"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_step_token_hash"),
    )
    op.create_index("ix_sign_in_step_user_id", "sign_in_step", ["user_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("used_at", sa.String(length=27), nullable=True),
        sa.Column("revoked_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name="fk_invitation_created_by"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_invitation_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
    )
    op.create_index("ix_invitation_user_id", "invitation", ["user_id"], unique=False)
    op.create_table(
        "oidc_identity",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_oidc_identity_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_oidc_identity"),
        sa.UniqueConstraint("issuer", "subject", name="uq_oidc_identity_issuer"),
    )
    op.create_index("ix_oidc_identity_user_id", "oidc_identity", ["user_id"], unique=False)
    op.create_table(
        "quick_unlock",
        sa.Column("login_id", sa.String(length=40), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_blocked", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["login_id"], ["login.id"], name="fk_quick_unlock_login_id"),
        sa.PrimaryKeyConstraint("login_id", name="pk_quick_unlock"),
    )


def _settings() -> None:
    """What administrators set, and what was before."""
    op.create_table(
        "policy",
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.String(length=27), nullable=False),
        sa.Column("updated_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_policy_organisation_id"),
        sa.ForeignKeyConstraint(["updated_by"], ["user.id"], name="fk_policy_updated_by"),
        sa.PrimaryKeyConstraint("organisation_id", "name", name="pk_policy"),
    )
    op.create_table(
        "setting_change",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("changed_by", sa.String(length=40), nullable=True),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("reverts", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["user.id"], name="fk_setting_change_changed_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_setting_change_organisation_id"),
        sa.ForeignKeyConstraint(["reverts"], ["setting_change.id"], name="fk_setting_change_reverts"),
        sa.PrimaryKeyConstraint("id", name="pk_setting_change"),
    )
    op.create_index("ix_setting_change_organisation", "setting_change", ["organisation_id", "at"], unique=False)
    op.create_table(
        "template",
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("medium", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_template_organisation_id"),
        sa.PrimaryKeyConstraint("organisation_id", "name", "language", "medium", name="pk_template"),
    )


def _messages() -> None:
    """Messages on their way to gateways."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("medium", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("about_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=40), nullable=False),
        sa.Column("gateway_id", sa.Text(), nullable=True),
        sa.Column("dedupe_key", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("due_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("lease_until", sa.String(length=27), nullable=True),
        sa.Column("finished_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_outbox_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("dedupe_key", name="uq_outbox_dedupe_key"),
    )
    op.create_index("ix_outbox_about", "outbox", ["about_id"], unique=False)
    op.create_index("ix_outbox_due", "outbox", ["state", "due_at"], unique=False)


def _operation() -> None:
    """Signed heads of the audit trail and recurring jobs."""
    op.create_table(
        "audit_checkpoint",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("row_at", sa.String(length=27), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("delivered_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_checkpoint"),
        sa.UniqueConstraint("day", name="uq_audit_checkpoint_day"),
    )
    op.create_index("ix_audit_actor", "audit", ["actor", "action"])
    op.create_index("ix_audit_action", "audit", ["action"])
    op.create_index("ix_audit_object_id", "audit", ["object_id"])
    refused = sa.text("outcome = 'refused'")
    op.create_index("ix_audit_refused", "audit", ["outcome"], sqlite_where=refused, postgresql_where=refused)
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.String(length=27), nullable=False),
        sa.Column("lease_until", sa.String(length=27), nullable=True),
        sa.Column("finished_at", sa.String(length=27), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job"),
    )
