"""The nodes: what a rule file says, piece by piece, as frozen data without behaviour."""

from lifecycle_dsl.syntax.nodes.expressions import *  # noqa: F403
from lifecycle_dsl.syntax.nodes.facts import *  # noqa: F403
from lifecycle_dsl.syntax.nodes.file import *  # noqa: F403
from lifecycle_dsl.syntax.nodes.happenings import *  # noqa: F403
from lifecycle_dsl.syntax.nodes.measuring import *  # noqa: F403
from lifecycle_dsl.syntax.nodes.messages import *  # noqa: F403
from lifecycle_dsl.syntax.nodes.node import *  # noqa: F403
from lifecycle_dsl.syntax.nodes.stages import *  # noqa: F403
from lifecycle_dsl.syntax.nodes.tables import *  # noqa: F403
from lifecycle_dsl.syntax.nodes.tests import *  # noqa: F403
from lifecycle_dsl.syntax.nodes.triggers import *  # noqa: F403
