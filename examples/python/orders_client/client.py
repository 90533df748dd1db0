from typing import Any, Optional, Union

from .base_client import BaseClient
from .base_model import UNSET, UnsetType
from .documents import Documents
from .events_page import EventsPage
from .feed_head import FeedHead
from .input_types import OrderFilter, OrderSort, RejectOrderInput
from .order_by_code import OrderByCode
from .orders_page import OrdersPage
from .orders_workbook import OrdersWorkbook
from .reject import Reject
from .viewer import Viewer


def gql(q: str) -> str:
    return q


class OrdersClient(BaseClient):
    def viewer(self, **kwargs: Any) -> Viewer:
        query = gql("""
            query Viewer {
              viewer {
                id
                name
                scopes
                expiresAt
                brand {
                  code
                }
              }
            }
            """)
        variables: dict[str, object] = {}
        response = self.execute(
            query=query, operation_name="Viewer", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Viewer.model_validate(data)

    def orders_page(
        self,
        first: int,
        after: Union[Optional[str], UnsetType] = UNSET,
        filter_: Union[Optional[OrderFilter], UnsetType] = UNSET,
        sort: Union[Optional[list[OrderSort]], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> OrdersPage:
        query = gql("""
            query OrdersPage($first: Int!, $after: String, $filter: OrderFilter, $sort: [OrderSort!]) {
              orders(first: $first, after: $after, filter: $filter, sort: $sort) {
                nodes {
                  ...OrderSummary
                }
                pageInfo {
                  hasNextPage
                  endCursor
                }
              }
            }

            fragment Money on Money {
              amount
              currency
            }

            fragment OrderSummary on Order {
              id
              code
              status
              version
              updatedAt
              isArchived
              canReject
              buyer {
                id
                uniqueCode
                name
              }
              total {
                ...Money
              }
            }
            """)
        variables: dict[str, object] = {
            "first": first,
            "after": after,
            "filter": filter_,
            "sort": sort,
        }
        response = self.execute(
            query=query, operation_name="OrdersPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return OrdersPage.model_validate(data)

    def feed_head(self, **kwargs: Any) -> FeedHead:
        query = gql("""
            query FeedHead {
              events(first: 1) {
                headSequence
              }
            }
            """)
        variables: dict[str, object] = {}
        response = self.execute(
            query=query, operation_name="FeedHead", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return FeedHead.model_validate(data)

    def events_page(self, after: int, **kwargs: Any) -> EventsPage:
        query = gql("""
            query EventsPage($after: Int!) {
              events(after: $after, first: 100) {
                nodes {
                  order {
                    ...OrderSummary
                  }
                }
                lastSequence
                hasMore
              }
            }

            fragment Money on Money {
              amount
              currency
            }

            fragment OrderSummary on Order {
              id
              code
              status
              version
              updatedAt
              isArchived
              canReject
              buyer {
                id
                uniqueCode
                name
              }
              total {
                ...Money
              }
            }
            """)
        variables: dict[str, object] = {"after": after}
        response = self.execute(
            query=query, operation_name="EventsPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return EventsPage.model_validate(data)

    def order_by_code(
        self,
        code: str,
        after_line: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> OrderByCode:
        query = gql("""
            query OrderByCode($code: String!, $afterLine: String) {
              orderByCode(code: $code) {
                ...OrderSummary
                rejectionBlockers {
                  code
                  message
                  documents {
                    id
                    code
                  }
                }
                rejection {
                  rejectedAt
                  rejectedBy
                  notified
                  reason {
                    id
                    code
                  }
                  note
                }
                lines(first: 100, after: $afterLine) {
                  nodes {
                    id
                    quantity
                    sku {
                      id
                      number
                    }
                    unitPrice {
                      ...Money
                    }
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }

            fragment Money on Money {
              amount
              currency
            }

            fragment OrderSummary on Order {
              id
              code
              status
              version
              updatedAt
              isArchived
              canReject
              buyer {
                id
                uniqueCode
                name
              }
              total {
                ...Money
              }
            }
            """)
        variables: dict[str, object] = {"code": code, "afterLine": after_line}
        response = self.execute(
            query=query, operation_name="OrderByCode", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return OrderByCode.model_validate(data)

    def reject(self, input: RejectOrderInput, **kwargs: Any) -> Reject:
        query = gql("""
            mutation Reject($input: RejectOrderInput!) {
              rejectOrder(input: $input) {
                replayed
                order {
                  ...OrderSummary
                }
                notices {
                  code
                  message
                }
                blockers {
                  code
                  message
                }
                userErrors {
                  code
                  kind
                  message
                  field
                }
              }
            }

            fragment Money on Money {
              amount
              currency
            }

            fragment OrderSummary on Order {
              id
              code
              status
              version
              updatedAt
              isArchived
              canReject
              buyer {
                id
                uniqueCode
                name
              }
              total {
                ...Money
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="Reject", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Reject.model_validate(data)

    def documents(self, id: str, **kwargs: Any) -> Documents:
        query = gql("""
            query Documents($id: ID!) {
              order(id: $id) {
                id
                pdf {
                  ...Link
                }
                excel {
                  ...Link
                }
              }
            }

            fragment Link on Download {
              url
              filename
              mediaType
              expiresAt
            }
            """)
        variables: dict[str, object] = {"id": id}
        response = self.execute(
            query=query, operation_name="Documents", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Documents.model_validate(data)

    def orders_workbook(
        self, filter_: Union[Optional[OrderFilter], UnsetType] = UNSET, **kwargs: Any
    ) -> OrdersWorkbook:
        query = gql("""
            query OrdersWorkbook($filter: OrderFilter) {
              ordersExcel(filter: $filter) {
                ...Link
              }
            }

            fragment Link on Download {
              url
              filename
              mediaType
              expiresAt
            }
            """)
        variables: dict[str, object] = {"filter": filter_}
        response = self.execute(
            query=query, operation_name="OrdersWorkbook", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return OrdersWorkbook.model_validate(data)
