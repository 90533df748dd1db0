from .base_client import BaseClient
from .base_model import BaseModel
from .client import OrdersClient
from .documents import Documents, DocumentsOrder, DocumentsOrderExcel, DocumentsOrderPdf
from .enums import (
    ApiKeyScope,
    DeliveryStatus,
    NoticeCode,
    OrderSortField,
    OrderStatus,
    RejectionBlockerCode,
    RejectOrderErrorCode,
    SortDirection,
    UserErrorKind,
)
from .events_page import (
    EventsPage,
    EventsPageEvents,
    EventsPageEventsNodes,
    EventsPageEventsNodesOrder,
)
from .exceptions import (
    GraphQLClientError,
    GraphQLClientGraphQLError,
    GraphQLClientGraphQLMultiError,
    GraphQLClientHttpError,
    GraphQLClientInvalidResponseError,
)
from .feed_head import FeedHead, FeedHeadEvents
from .fragments import Link, Money, OrderSummary, OrderSummaryBuyer, OrderSummaryTotal
from .input_types import OrderFilter, OrderSort, RejectOrderInput
from .order_by_code import (
    OrderByCode,
    OrderByCodeOrderByCode,
    OrderByCodeOrderByCodeLines,
    OrderByCodeOrderByCodeLinesNodes,
    OrderByCodeOrderByCodeLinesNodesSku,
    OrderByCodeOrderByCodeLinesNodesUnitPrice,
    OrderByCodeOrderByCodeLinesPageInfo,
    OrderByCodeOrderByCodeRejection,
    OrderByCodeOrderByCodeRejectionBlockers,
    OrderByCodeOrderByCodeRejectionBlockersDocuments,
    OrderByCodeOrderByCodeRejectionReason,
)
from .orders_page import (
    OrdersPage,
    OrdersPageOrders,
    OrdersPageOrdersNodes,
    OrdersPageOrdersPageInfo,
)
from .orders_workbook import OrdersWorkbook, OrdersWorkbookOrdersExcel
from .reject import (
    Reject,
    RejectRejectOrder,
    RejectRejectOrderBlockers,
    RejectRejectOrderNotices,
    RejectRejectOrderOrder,
    RejectRejectOrderUserErrors,
)
from .viewer import Viewer, ViewerViewer, ViewerViewerBrand

__all__ = [
    "ApiKeyScope",
    "BaseClient",
    "BaseModel",
    "DeliveryStatus",
    "Documents",
    "DocumentsOrder",
    "DocumentsOrderExcel",
    "DocumentsOrderPdf",
    "EventsPage",
    "EventsPageEvents",
    "EventsPageEventsNodes",
    "EventsPageEventsNodesOrder",
    "FeedHead",
    "FeedHeadEvents",
    "GraphQLClientError",
    "GraphQLClientGraphQLError",
    "GraphQLClientGraphQLMultiError",
    "GraphQLClientHttpError",
    "GraphQLClientInvalidResponseError",
    "Link",
    "Money",
    "NoticeCode",
    "OrderByCode",
    "OrderByCodeOrderByCode",
    "OrderByCodeOrderByCodeLines",
    "OrderByCodeOrderByCodeLinesNodes",
    "OrderByCodeOrderByCodeLinesNodesSku",
    "OrderByCodeOrderByCodeLinesNodesUnitPrice",
    "OrderByCodeOrderByCodeLinesPageInfo",
    "OrderByCodeOrderByCodeRejection",
    "OrderByCodeOrderByCodeRejectionBlockers",
    "OrderByCodeOrderByCodeRejectionBlockersDocuments",
    "OrderByCodeOrderByCodeRejectionReason",
    "OrderFilter",
    "OrderSort",
    "OrderSortField",
    "OrderStatus",
    "OrderSummary",
    "OrderSummaryBuyer",
    "OrderSummaryTotal",
    "OrdersClient",
    "OrdersPage",
    "OrdersPageOrders",
    "OrdersPageOrdersNodes",
    "OrdersPageOrdersPageInfo",
    "OrdersWorkbook",
    "OrdersWorkbookOrdersExcel",
    "Reject",
    "RejectOrderErrorCode",
    "RejectOrderInput",
    "RejectRejectOrder",
    "RejectRejectOrderBlockers",
    "RejectRejectOrderNotices",
    "RejectRejectOrderOrder",
    "RejectRejectOrderUserErrors",
    "RejectionBlockerCode",
    "SortDirection",
    "UserErrorKind",
    "Viewer",
    "ViewerViewer",
    "ViewerViewerBrand",
]
