"""The tables of background work, models and files of letters."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from service.tables.base import MOMENT, metadata

# Work in the background. The payload names objects and holds no personal data. `owner` is the attempt that holds the
# lease; `position` is where another attempt goes on. A key makes a job unique for good.
jobs = Table(
    "jobs",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("key", String(200), unique=True),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("run_after", String(MOMENT), nullable=False),
    Column("owner", String(32)),
    Column("leased_until", String(MOMENT)),
    Column("done", Integer, nullable=False),
    Column("total", Integer),
    Column("position", String(64)),
    Column("cancelling", Boolean, nullable=False),
    Column("error", String(500)),
    Column("created_at", String(MOMENT), nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("started_at", String(MOMENT)),
    Column("finished_at", String(MOMENT)),
    Index(None, "state", "run_after"),
    Index(None, "created_at", "id"),
)

# Reports that were ordered, each with its job. `rights` are those of who ordered it, as JSON: nobody else sees it, nor
# that person after they changed. `content` is what it tells, encrypted, once it is made.
reports = Table(
    "reports",
    metadata,
    Column("job_id", String(26), ForeignKey(jobs.c.id), primary_key=True),
    Column("owner", String(200), nullable=False, index=True),
    Column("rights", Text, nullable=False),
    Column("period", String(10), nullable=False),
    Column("restricted", Boolean),
    # The name of the key that sealed it.
    Column("key", String(16)),
    Column("content", LargeBinary),
)

# The trained versions of this installation; their folders lie in the home folder under the same name. At most one is
# active and one runs in shadow; `facts` are what the manifest says of it.
models = Table(
    "models",
    metadata,
    Column("version", String(64), primary_key=True),
    Column("state", String(10), nullable=False, index=True),
    Column("added_at", String(MOMENT), nullable=False),
    Column("added_by", String(200), nullable=False),
    Column("activated_at", String(MOMENT)),
    Column("activated_by", String(200)),
    Column("facts", JSON, nullable=False),
    Column("note", String(500)),
)

# Files of letters that were sent as a whole, each with its job. `reached` is the last row that was dealt with.
imports = Table(
    "imports",
    metadata,
    Column("job_id", String(26), ForeignKey(jobs.c.id), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("key", String(255)),
    Column("kind", String(10), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("reached", Integer, nullable=False),
    Column("stored", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    # The field of each heading, as the sender says; None for a column that is left out.
    Column("columns", JSON(none_as_null=True)),
    # Whether the import waits for its sender to look at the file first.
    Column("held", Boolean),
    UniqueConstraint("owner", "key"),
)

# What was sent, encrypted with the key of the installation, until its import has ended.
import_pieces = Table(
    "import_pieces",
    metadata,
    Column("job_id", String(26), ForeignKey(imports.c.job_id), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # The name of the key that sealed it.
    Column("key", String(16)),
    Column("content", LargeBinary, nullable=False),
)

# Why rows were refused, in our words: nothing of what they hold.
import_errors = Table(
    "import_errors",
    metadata,
    Column("job_id", String(26), ForeignKey(imports.c.job_id), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("field", String(200), nullable=False),
    Column("reason", String(500), nullable=False),
)
