"""The closed sets of values that an answer may take."""

from enum import StrEnum


class Tenancy(StrEnum):
    """Who shares a database."""

    SINGLE = "single"
    SHARED = "shared-multi-tenant"
    ISOLATED = "isolated-multi-tenant"


class Sensitivity(StrEnum):
    """The most sensitive data that the system will hold, mildest first."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PII = "pii"
    PHI = "phi"
    PCI = "pci"


class Pattern(StrEnum):
    """How the code is cut into deployables."""

    MONOLITH = "monolith"
    MODULAR_MONOLITH = "modular-monolith"
    SERVICES = "services"


class SyncModel(StrEnum):
    """How the parts talk: the caller waits, a job runs later, or an event is published."""

    SYNC = "sync"
    ASYNC = "async"
    EVENT_DRIVEN = "event-driven"


class Language(StrEnum):
    """The language that the team prefers to run in production."""

    TYPESCRIPT = "typescript"
    JAVASCRIPT = "javascript"
    PYTHON = "python"
    GO = "go"
    RUST = "rust"
    OTHER = "other"


class Control(StrEnum):
    """A safeguard that works before the first real record arrives."""

    ENCRYPTION_AT_REST = "encryption-at-rest"
    ENCRYPTION_IN_TRANSIT = "encryption-in-transit"
    ACCESS_CONTROL = "access-control"
    AUDIT_LOG = "audit-log"
    TESTED_RESTORE = "tested-restore"
    DATA_ERASURE = "data-erasure"
    BAA = "baa"
    CARD_TOKENIZATION = "card-tokenization"
    NETWORK_SEGMENTATION = "network-segmentation"
    VULNERABILITY_SCANNING = "vulnerability-scanning"
    TENANT_ISOLATION = "tenant-isolation"
    TENANT_AUTOMATION = "tenant-automation"
    SYNCHRONOUS_STANDBY = "synchronous-standby"
    AUTOMATIC_FAILOVER = "automatic-failover"


CONTROL_MEANINGS = {
    Control.ENCRYPTION_AT_REST: "disks, backups and exports are encrypted; keys live elsewhere",
    Control.ENCRYPTION_IN_TRANSIT: "TLS 1.2 or later on every hop, the database's included",
    Control.ACCESS_CONTROL: "one account a person, least privilege, MFA, access reviewed",
    Control.AUDIT_LOG: "who read or changed which record, append-only, kept outside the app",
    Control.TESTED_RESTORE: "a backup was restored and checked, on a schedule",
    Control.DATA_ERASURE: "one person's data can be exported and erased, backups included",
    Control.BAA: "a business associate agreement with every vendor that touches the data",
    Control.CARD_TOKENIZATION: "card numbers are replaced by a provider's tokens on entry",
    Control.NETWORK_SEGMENTATION: "the cardholder data environment is a network of its own",
    Control.VULNERABILITY_SCANNING: "internal and external scans every three months",
    Control.TENANT_ISOLATION: "row-level security by tenant, with a test that crosses tenants",
    Control.TENANT_AUTOMATION: "create, migrate, back up and delete a tenant by a program",
    Control.SYNCHRONOUS_STANDBY: "a commit waits for a standby (synchronous_standby_names)",
    Control.AUTOMATIC_FAILOVER: "a standby is promoted without a person, and this was rehearsed",
}
