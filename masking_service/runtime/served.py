"""What serves: the parts of a process, whichever tier it is of."""

from masking_service.runtime.intake import IntakeParts
from masking_service.runtime.wiring import Parts

Served = Parts | IntakeParts
