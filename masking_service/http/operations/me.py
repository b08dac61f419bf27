"""Operations that tell callers about themselves."""

from typing import Final

from masking_service.http.operation import STORE, Operation
from masking_service.service.freezes import answers as people

OPERATIONS: Final = (
    Operation(
        name="read_me",
        method="get",
        path="/v1/me",
        summary="Who the caller is, and what the policy allows them.",
        answers={200: people.Me},
        problems=("unavailable",),
    ),
    Operation(
        name="read_budgets",
        method="get",
        path="/v1/me/budgets",
        summary="What is left of the caller's budgets. The call itself spends nothing.",
        answers={200: people.Budgets},
        problems=("frozen", *STORE),
    ),
)
