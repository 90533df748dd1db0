// Made from schema.graphql and operations/ by `./run clients --generate`. The browser does not load it.

export interface Operations {
  Analytics: {
    data: {
      months: {
        orderCount: number
        totalQuantity: number
        totals: Array<{
          amount: string
          currency: string
        }>
        groups: Array<{
          key: string
          label: string
          orderCount: number
          totals: Array<{
            amount: string
            currency: string
          }>
        }>
        rejected: {
          orderCount: number
          totalQuantity: number
          totals: Array<{
            amount: string
            currency: string
          }>
          byMonth: Array<{
            key: string
            label: string
            orderCount: number
            totals: Array<{
              amount: string
              currency: string
            }>
          }>
          byActor: Array<{
            key: string
            label: string
            orderCount: number
            totals: Array<{
              amount: string
              currency: string
            }>
          }>
          byReason: Array<{
            key: string
            label: string
            orderCount: number
            totals: Array<{
              amount: string
              currency: string
            }>
          }>
          sentBackCount: number
        }
      }
      catalogs: {
        groups: Array<{
          key: string
          label: string
          orderCount: number
          totals: Array<{
            amount: string
            currency: string
          }>
        }>
      }
    }
    variables: { placedFrom?: string | null, placedBefore?: string | null, }
  }
  AnalyticsExcel: {
    data: {
      orderAnalyticsExcel: {
        url: string
        filename: string
      }
    }
    variables: { placedFrom?: string | null, placedBefore?: string | null, locale?: string | null, }
  }
  ApiKeys: {
    data: {
      apiKeys: Array<{
        id: string
        name: string
        hint: string
        scopes: Array<'ORDERS_READ' | 'ORDERS_REJECT' | 'ORDERS_WRITE'>
        createdAt: string
        expiresAt: string | null
        lastUsedAt: string | null
      }>
    }
    variables: { }
  }
  ApplyTags: {
    data: {
      applyTags: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: ApplyTagsInput, }
  }
  ApplyTagsToOrders: {
    data: {
      answer: {
        doneCount: number
        skippedCount: number
        dryRun: {
          count: number
          notFoundCount: number
          token: string
          eligible: {
            count: number
            orders: Array<{
              id: string
              code: string
              buyer: {
                id: string
                name: string
              }
              total: {
                amount: string
                currency: string
              }
            }>
          }
          blocked: Array<{
            code: 'NOT_PERMITTED' | 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'STATUS_NOT_ELIGIBLE' | 'STATUS_NOT_ELIGIBLE_FOR_BULK' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOTHING_TO_DELIVER' | 'NOTHING_TO_INVOICE' | 'BUYER_OFFLINE' | 'BUYER_HAS_CART' | 'APPROVAL_NOT_ASKED' | 'ALREADY_ARCHIVED' | 'ARCHIVING_OFF'
            count: number
            orders: Array<{
              id: string
              code: string
              statusLabel: string
            }>
          }>
        } | null
        results: Array<{
          orderId: string
          outcome: 'DONE' | 'SKIPPED' | 'NOT_FOUND'
          blockers: Array<{
            code: 'NOT_PERMITTED' | 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'STATUS_NOT_ELIGIBLE' | 'STATUS_NOT_ELIGIBLE_FOR_BULK' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOTHING_TO_DELIVER' | 'NOTHING_TO_INVOICE' | 'BUYER_OFFLINE' | 'BUYER_HAS_CART' | 'APPROVAL_NOT_ASKED' | 'ALREADY_ARCHIVED' | 'ARCHIVING_OFF'
            message: string
          }>
          notices: Array<{
            code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
            message: string
          }>
          order: {
            id: string
            code: string
          } | null
        }>
        userErrors: Array<{
          code: 'NOT_PERMITTED' | 'ONE_OF_ORDER_IDS_AND_FILTER' | 'TOO_MANY_ORDERS' | 'BODY_WITHOUT_NOTIFY' | 'BODY_TOO_LONG' | 'IDEMPOTENCY_KEY_REUSED' | 'UNKNOWN_TAGS' | 'FILTER_WITHOUT_CONDITION' | 'SELECTION_CHANGED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: ApplyTagsToOrdersInput, }
  }
  ApproveOrderConfirmation: {
    data: {
      approveOrderConfirmation: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: ApproveOrderConfirmationInput, }
  }
  ArchiveOrder: {
    data: {
      archiveOrder: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: ArchiveOrderInput, }
  }
  ArchiveOrders: {
    data: {
      answer: {
        doneCount: number
        skippedCount: number
        dryRun: {
          count: number
          notFoundCount: number
          token: string
          eligible: {
            count: number
            orders: Array<{
              id: string
              code: string
              buyer: {
                id: string
                name: string
              }
              total: {
                amount: string
                currency: string
              }
            }>
          }
          blocked: Array<{
            code: 'NOT_PERMITTED' | 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'STATUS_NOT_ELIGIBLE' | 'STATUS_NOT_ELIGIBLE_FOR_BULK' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOTHING_TO_DELIVER' | 'NOTHING_TO_INVOICE' | 'BUYER_OFFLINE' | 'BUYER_HAS_CART' | 'APPROVAL_NOT_ASKED' | 'ALREADY_ARCHIVED' | 'ARCHIVING_OFF'
            count: number
            orders: Array<{
              id: string
              code: string
              statusLabel: string
            }>
          }>
        } | null
        results: Array<{
          orderId: string
          outcome: 'DONE' | 'SKIPPED' | 'NOT_FOUND'
          blockers: Array<{
            code: 'NOT_PERMITTED' | 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'STATUS_NOT_ELIGIBLE' | 'STATUS_NOT_ELIGIBLE_FOR_BULK' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOTHING_TO_DELIVER' | 'NOTHING_TO_INVOICE' | 'BUYER_OFFLINE' | 'BUYER_HAS_CART' | 'APPROVAL_NOT_ASKED' | 'ALREADY_ARCHIVED' | 'ARCHIVING_OFF'
            message: string
          }>
          notices: Array<{
            code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
            message: string
          }>
          order: {
            id: string
            code: string
          } | null
        }>
        userErrors: Array<{
          code: 'NOT_PERMITTED' | 'ONE_OF_ORDER_IDS_AND_FILTER' | 'TOO_MANY_ORDERS' | 'BODY_WITHOUT_NOTIFY' | 'BODY_TOO_LONG' | 'IDEMPOTENCY_KEY_REUSED' | 'UNKNOWN_TAGS' | 'FILTER_WITHOUT_CONDITION' | 'SELECTION_CHANGED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: ArchiveOrdersInput, }
  }
  AssignOrder: {
    data: {
      assignOrder: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: AssignOrderInput, }
  }
  BuyerOrder: {
    data: {
      order: {
        id: string
        code: string
        version: number
        status: 'OC_REQUIRED' | 'OC_CREATED' | 'OC_APPROVED' | 'OC_UPDATE_REQUIRED' | 'OC_CONFIRMED' | 'REJECTED_BY_BRAND' | 'REJECTED' | 'SENT_BACK_TO_CART'
        statusLabel: string
        deliveryStatus: 'NONE' | 'BACKLOG_SKUS_CREATED' | 'DELIVERY_NOTE_CREATED'
        deliveryStatusLabel: string
        isRejected: boolean
        isArchived: boolean
        placedAt: string
        updatedAt: string
        comment: string | null
        total: {
          amount: string
          currency: string
        }
        subtotal: {
          amount: string
          currency: string
        }
        tax: {
          amount: string
          currency: string
        }
        shipping: {
          amount: string
          currency: string
        }
        buyer: {
          id: string
          name: string
          uniqueCode: string
          isOffline: boolean
          emailRecipients: Array<string>
          locale: 'EN' | 'JA'
          address: string
          country: string
        }
        catalog: {
          id: string
          name: string
        }
        actions: Array<{
          action: 'REJECT' | 'ARCHIVE' | 'APPLY_TAGS' | 'ASSIGN' | 'SET_EXTERNAL_REFERENCE' | 'SEND_BACK_TO_CART' | 'CREATE_CONFIRMATION' | 'UPDATE_CONFIRMATION' | 'APPROVE_CONFIRMATION' | 'REFUSE_CONFIRMATION' | 'CONFIRM' | 'MAKE_CONFIRMATION_EDITABLE' | 'CREATE_BACKLOG_SKUS' | 'CREATE_DELIVERY_NOTE' | 'CREATE_INVOICE' | 'INVOICE_DELIVERY_NOTES'
          allowed: boolean
          blockers: Array<{
            code: 'NOT_PERMITTED' | 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'STATUS_NOT_ELIGIBLE' | 'STATUS_NOT_ELIGIBLE_FOR_BULK' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOTHING_TO_DELIVER' | 'NOTHING_TO_INVOICE' | 'BUYER_OFFLINE' | 'BUYER_HAS_CART' | 'APPROVAL_NOT_ASKED' | 'ALREADY_ARCHIVED' | 'ARCHIVING_OFF'
            message: string
            documents: Array<{
              id: string
              code: string
            }>
          }>
        }>
        original: {
          total: {
            amount: string
            currency: string
          }
          lines: Array<{
            id: string
            sku: {
              id: string
              number: string
              name: string
            }
            quantity: number
            unitPrice: {
              amount: string
              currency: string
            }
            amount: {
              amount: string
              currency: string
            }
          }>
        }
        confirmation: {
          total: {
            amount: string
            currency: string
          }
          lines: Array<{
            id: string
            sku: {
              id: string
              number: string
              name: string
            }
            quantity: number
            unitPrice: {
              amount: string
              currency: string
            }
            amount: {
              amount: string
              currency: string
            }
          }>
        } | null
        replaces: {
          id: string
          code: string
        } | null
        replacedBy: {
          id: string
          code: string
        } | null
        rejection: {
          rejectedAt: string
          rejectedBy: string
          notified: boolean
          body: string | null
        } | null
        deliveryNotes: Array<{
          id: string
          code: string
          createdAt: string
          trackingNumber: string
          comment: string
        }>
        invoices: Array<{
          id: string
          code: string
          number: string | null
          status: 'DRAFT' | 'ISSUED' | 'VOID'
          createdAt: string
          total: {
            amount: string
            currency: string
          } | null
        }>
      } | null
    }
    variables: { id: string, }
  }
  BuyerViewer: {
    data: {
      viewer: {
        id: string
        actorId: string
        name: string
        role: 'ADMIN' | 'WRITE' | 'READ' | 'BUYER' | 'APP' | 'APP_REJECT' | 'APP_READ' | 'OPERATOR'
        locale: 'EN' | 'JA'
        brand: {
          code: string
          name: string
        } | null
        buyer: {
          id: string
          name: string
        } | null
      }
    }
    variables: { }
  }
  Buyers: {
    data: {
      buyers: {
        totalCount: number
        pageInfo: {
          hasNextPage: boolean
          hasPreviousPage: boolean
          startCursor: string | null
          endCursor: string | null
        }
        nodes: Array<{
          id: string
          uniqueCode: string
          name: string
          isOffline: boolean
          emailRecipients: Array<string>
          recipients: Array<{
            email: string
            bouncedAt: string | null
            bounceReason: string | null
          }>
          locale: 'EN' | 'JA'
          hasOwnLocale: boolean
          country: string
          address: string
          deliveryAddress: string
          erasedAt: string | null
        }>
      }
    }
    variables: { search?: string | null, bounced?: boolean | null, first?: number | null, after?: string | null, last?: number | null, before?: string | null, }
  }
  Carts: {
    data: {
      carts: Array<{
        id: string
        catalogCode: string
        updatedAt: string
        lines: Array<{
          sku: {
            id: string
            number: string
            name: string
          }
          quantity: number
          unitPrice: {
            amount: string
            currency: string
          }
        }>
        sourceOrder: {
          id: string
          code: string
        } | null
      }>
    }
    variables: { buyerId: string, }
  }
  ConfirmOrder: {
    data: {
      confirmOrder: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: ConfirmOrderInput, }
  }
  ConfirmOrders: {
    data: {
      answer: {
        doneCount: number
        skippedCount: number
        dryRun: {
          count: number
          notFoundCount: number
          token: string
          eligible: {
            count: number
            orders: Array<{
              id: string
              code: string
              buyer: {
                id: string
                name: string
              }
              total: {
                amount: string
                currency: string
              }
            }>
          }
          blocked: Array<{
            code: 'NOT_PERMITTED' | 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'STATUS_NOT_ELIGIBLE' | 'STATUS_NOT_ELIGIBLE_FOR_BULK' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOTHING_TO_DELIVER' | 'NOTHING_TO_INVOICE' | 'BUYER_OFFLINE' | 'BUYER_HAS_CART' | 'APPROVAL_NOT_ASKED' | 'ALREADY_ARCHIVED' | 'ARCHIVING_OFF'
            count: number
            orders: Array<{
              id: string
              code: string
              statusLabel: string
            }>
          }>
        } | null
        results: Array<{
          orderId: string
          outcome: 'DONE' | 'SKIPPED' | 'NOT_FOUND'
          blockers: Array<{
            code: 'NOT_PERMITTED' | 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'STATUS_NOT_ELIGIBLE' | 'STATUS_NOT_ELIGIBLE_FOR_BULK' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOTHING_TO_DELIVER' | 'NOTHING_TO_INVOICE' | 'BUYER_OFFLINE' | 'BUYER_HAS_CART' | 'APPROVAL_NOT_ASKED' | 'ALREADY_ARCHIVED' | 'ARCHIVING_OFF'
            message: string
          }>
          notices: Array<{
            code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
            message: string
          }>
          order: {
            id: string
            code: string
          } | null
        }>
        userErrors: Array<{
          code: 'NOT_PERMITTED' | 'ONE_OF_ORDER_IDS_AND_FILTER' | 'TOO_MANY_ORDERS' | 'BODY_WITHOUT_NOTIFY' | 'BODY_TOO_LONG' | 'IDEMPOTENCY_KEY_REUSED' | 'UNKNOWN_TAGS' | 'FILTER_WITHOUT_CONDITION' | 'SELECTION_CHANGED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: ConfirmOrdersInput, }
  }
  CreateApiKey: {
    data: {
      createApiKey: {
        apiKey: {
          id: string
        } | null
        secret: string | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: CreateApiKeyInput, }
  }
  CreateBacklogSkus: {
    data: {
      createBacklogSkus: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: CreateBacklogSkusInput, }
  }
  CreateBuyer: {
    data: {
      createBuyer: {
        buyer: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: CreateBuyerInput, }
  }
  CreateDeliveryNote: {
    data: {
      createDeliveryNote: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: CreateDeliveryNoteInput, }
  }
  CreateInvoice: {
    data: {
      createInvoice: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: CreateInvoiceInput, }
  }
  CreateInvoiceForDeliveryNotes: {
    data: {
      createInvoiceForDeliveryNotes: {
        invoice: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: CreateInvoiceForDeliveryNotesInput, }
  }
  CreateOrderConfirmation: {
    data: {
      createOrderConfirmation: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: CreateOrderConfirmationInput, }
  }
  CreateOrderConfirmations: {
    data: {
      answer: {
        doneCount: number
        skippedCount: number
        dryRun: {
          count: number
          notFoundCount: number
          token: string
          eligible: {
            count: number
            orders: Array<{
              id: string
              code: string
              buyer: {
                id: string
                name: string
              }
              total: {
                amount: string
                currency: string
              }
            }>
          }
          blocked: Array<{
            code: 'NOT_PERMITTED' | 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'STATUS_NOT_ELIGIBLE' | 'STATUS_NOT_ELIGIBLE_FOR_BULK' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOTHING_TO_DELIVER' | 'NOTHING_TO_INVOICE' | 'BUYER_OFFLINE' | 'BUYER_HAS_CART' | 'APPROVAL_NOT_ASKED' | 'ALREADY_ARCHIVED' | 'ARCHIVING_OFF'
            count: number
            orders: Array<{
              id: string
              code: string
              statusLabel: string
            }>
          }>
        } | null
        results: Array<{
          orderId: string
          outcome: 'DONE' | 'SKIPPED' | 'NOT_FOUND'
          blockers: Array<{
            code: 'NOT_PERMITTED' | 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'STATUS_NOT_ELIGIBLE' | 'STATUS_NOT_ELIGIBLE_FOR_BULK' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOTHING_TO_DELIVER' | 'NOTHING_TO_INVOICE' | 'BUYER_OFFLINE' | 'BUYER_HAS_CART' | 'APPROVAL_NOT_ASKED' | 'ALREADY_ARCHIVED' | 'ARCHIVING_OFF'
            message: string
          }>
          notices: Array<{
            code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
            message: string
          }>
          order: {
            id: string
            code: string
          } | null
        }>
        userErrors: Array<{
          code: 'NOT_PERMITTED' | 'ONE_OF_ORDER_IDS_AND_FILTER' | 'TOO_MANY_ORDERS' | 'BODY_WITHOUT_NOTIFY' | 'BODY_TOO_LONG' | 'IDEMPOTENCY_KEY_REUSED' | 'UNKNOWN_TAGS' | 'FILTER_WITHOUT_CONDITION' | 'SELECTION_CHANGED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: CreateOrderConfirmationsInput, }
  }
  CreateRejectionReason: {
    data: {
      createRejectionReason: {
        reason: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: CreateRejectionReasonInput, }
  }
  CreateTag: {
    data: {
      createTag: {
        tag: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: CreateTagInput, }
  }
  CreateWebhook: {
    data: {
      createWebhook: {
        webhook: {
          id: string
        } | null
        secret: string | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: CreateWebhookInput, }
  }
  DeleteDeliveryNote: {
    data: {
      deleteDeliveryNote: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: DeleteDeliveryNoteInput, }
  }
  DeleteInvoice: {
    data: {
      deleteInvoice: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: DeleteInvoiceInput, }
  }
  DeleteTag: {
    data: {
      deleteTag: {
        deletedTagId: string | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: DeleteTagInput, }
  }
  DeleteWebhook: {
    data: {
      deleteWebhook: {
        deletedWebhookId: string | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: DeleteWebhookInput, }
  }
  DocumentPdf: {
    data: {
      node: {
        id: string
        pdf?: {
          url: string
          filename: string
        }
      } | null
    }
    variables: { id: string, locale?: string | null, }
  }
  EraseBuyer: {
    data: {
      eraseBuyer: {
        buyer: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: EraseBuyerInput, }
  }
  Events: {
    data: {
      events: {
        sequence: number
        kind: 'ORDER_PLACED' | 'ORDER_REJECTED' | 'ORDER_ARCHIVED' | 'OC_CREATED' | 'OC_UPDATED' | 'OC_APPROVED' | 'OC_REFUSED' | 'OC_CONFIRMED' | 'OC_MADE_EDITABLE' | 'SENT_BACK_TO_CART' | 'BACKLOG_SKUS_CREATED' | 'DELIVERY_NOTE_CREATED' | 'DELIVERY_NOTE_UPDATED' | 'DELIVERY_NOTE_DELETED' | 'INVOICE_CREATED' | 'INVOICE_ISSUED' | 'INVOICE_VOIDED' | 'INVOICE_DELETED' | 'NOTIFICATION_RESENT' | 'NOTIFICATION_CANCELLED' | 'ORDER_ASSIGNED' | 'ORDER_UNASSIGNED' | 'EXTERNAL_REFERENCE_SET' | 'EXTERNAL_REFERENCE_REMOVED' | 'TAGS_APPLIED' | 'TAG_CREATED' | 'TAG_UPDATED' | 'TAG_DELETED' | 'REJECTION_REASON_CREATED' | 'REJECTION_REASON_UPDATED' | 'BRAND_SETTINGS_UPDATED' | 'BUYER_CREATED' | 'BUYER_UPDATED' | 'BUYER_ERASED' | 'SKU_UPDATED' | 'API_KEY_CREATED' | 'API_KEY_ROTATED' | 'API_KEY_REVOKED' | 'USER_SIGNED_OUT' | 'WEBHOOK_CREATED' | 'WEBHOOK_UPDATED' | 'WEBHOOK_SECRET_ROTATED' | 'WEBHOOK_PAUSED' | 'WEBHOOK_RESUMED' | 'WEBHOOK_DELETED' | 'WEBHOOK_TESTED' | 'WEBHOOK_REPLAYED' | 'OTHER'
        at: string
        actor: string
        summary: string
        order: {
          id: string
          code: string
          version: number
          status: 'OC_REQUIRED' | 'OC_CREATED' | 'OC_APPROVED' | 'OC_UPDATE_REQUIRED' | 'OC_CONFIRMED' | 'REJECTED_BY_BRAND' | 'REJECTED' | 'SENT_BACK_TO_CART'
          statusLabel: string
          isArchived: boolean
          placedAt: string
          updatedAt: string
          total: {
            amount: string
            currency: string
          }
          buyer: {
            id: string
            name: string
            isOffline: boolean
          }
          catalog: {
            id: string
            name: string
          }
          tags: Array<{
            id: string
            name: string
            color: string | null
          }>
          canReject: boolean
          rejectionBlockers: Array<{
            code: 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOT_PERMITTED' | 'STATUS_NOT_ELIGIBLE_FOR_BULK'
            message: string
            documents: Array<{
              id: string
              code: string
            }>
          }>
        } | null
      }
    }
    variables: { after?: number | null, }
  }
  EventsAfter: {
    data: {
      events: {
        nodes: Array<{
          sequence: number
          kind: 'ORDER_PLACED' | 'ORDER_REJECTED' | 'ORDER_ARCHIVED' | 'OC_CREATED' | 'OC_UPDATED' | 'OC_APPROVED' | 'OC_REFUSED' | 'OC_CONFIRMED' | 'OC_MADE_EDITABLE' | 'SENT_BACK_TO_CART' | 'BACKLOG_SKUS_CREATED' | 'DELIVERY_NOTE_CREATED' | 'DELIVERY_NOTE_UPDATED' | 'DELIVERY_NOTE_DELETED' | 'INVOICE_CREATED' | 'INVOICE_ISSUED' | 'INVOICE_VOIDED' | 'INVOICE_DELETED' | 'NOTIFICATION_RESENT' | 'NOTIFICATION_CANCELLED' | 'ORDER_ASSIGNED' | 'ORDER_UNASSIGNED' | 'EXTERNAL_REFERENCE_SET' | 'EXTERNAL_REFERENCE_REMOVED' | 'TAGS_APPLIED' | 'TAG_CREATED' | 'TAG_UPDATED' | 'TAG_DELETED' | 'REJECTION_REASON_CREATED' | 'REJECTION_REASON_UPDATED' | 'BRAND_SETTINGS_UPDATED' | 'BUYER_CREATED' | 'BUYER_UPDATED' | 'BUYER_ERASED' | 'SKU_UPDATED' | 'API_KEY_CREATED' | 'API_KEY_ROTATED' | 'API_KEY_REVOKED' | 'USER_SIGNED_OUT' | 'WEBHOOK_CREATED' | 'WEBHOOK_UPDATED' | 'WEBHOOK_SECRET_ROTATED' | 'WEBHOOK_PAUSED' | 'WEBHOOK_RESUMED' | 'WEBHOOK_DELETED' | 'WEBHOOK_TESTED' | 'WEBHOOK_REPLAYED' | 'OTHER'
          at: string
          actor: string
          summary: string
          order: {
            id: string
            code: string
            version: number
            status: 'OC_REQUIRED' | 'OC_CREATED' | 'OC_APPROVED' | 'OC_UPDATE_REQUIRED' | 'OC_CONFIRMED' | 'REJECTED_BY_BRAND' | 'REJECTED' | 'SENT_BACK_TO_CART'
            statusLabel: string
            isArchived: boolean
            placedAt: string
            updatedAt: string
            total: {
              amount: string
              currency: string
            }
            buyer: {
              id: string
              name: string
              isOffline: boolean
            }
            catalog: {
              id: string
              name: string
            }
            tags: Array<{
              id: string
              name: string
              color: string | null
            }>
            canReject: boolean
            rejectionBlockers: Array<{
              code: 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOT_PERMITTED' | 'STATUS_NOT_ELIGIBLE_FOR_BULK'
              message: string
              documents: Array<{
                id: string
                code: string
              }>
            }>
          } | null
        }>
        lastSequence: number
        hasMore: boolean
        headSequence: number
      }
    }
    variables: { after?: number | null, }
  }
  EventsHead: {
    data: {
      events: {
        headSequence: number
      }
    }
    variables: { }
  }
  History: {
    data: {
      history: {
        totalCount: number
        pageInfo: {
          hasNextPage: boolean
          hasPreviousPage: boolean
          startCursor: string | null
          endCursor: string | null
        }
        nodes: Array<{
          id: string
          kind: 'ORDER_PLACED' | 'ORDER_REJECTED' | 'ORDER_ARCHIVED' | 'OC_CREATED' | 'OC_UPDATED' | 'OC_APPROVED' | 'OC_REFUSED' | 'OC_CONFIRMED' | 'OC_MADE_EDITABLE' | 'SENT_BACK_TO_CART' | 'BACKLOG_SKUS_CREATED' | 'DELIVERY_NOTE_CREATED' | 'DELIVERY_NOTE_UPDATED' | 'DELIVERY_NOTE_DELETED' | 'INVOICE_CREATED' | 'INVOICE_ISSUED' | 'INVOICE_VOIDED' | 'INVOICE_DELETED' | 'NOTIFICATION_RESENT' | 'NOTIFICATION_CANCELLED' | 'ORDER_ASSIGNED' | 'ORDER_UNASSIGNED' | 'EXTERNAL_REFERENCE_SET' | 'EXTERNAL_REFERENCE_REMOVED' | 'TAGS_APPLIED' | 'TAG_CREATED' | 'TAG_UPDATED' | 'TAG_DELETED' | 'REJECTION_REASON_CREATED' | 'REJECTION_REASON_UPDATED' | 'BRAND_SETTINGS_UPDATED' | 'BUYER_CREATED' | 'BUYER_UPDATED' | 'BUYER_ERASED' | 'SKU_UPDATED' | 'API_KEY_CREATED' | 'API_KEY_ROTATED' | 'API_KEY_REVOKED' | 'USER_SIGNED_OUT' | 'WEBHOOK_CREATED' | 'WEBHOOK_UPDATED' | 'WEBHOOK_SECRET_ROTATED' | 'WEBHOOK_PAUSED' | 'WEBHOOK_RESUMED' | 'WEBHOOK_DELETED' | 'WEBHOOK_TESTED' | 'WEBHOOK_REPLAYED' | 'OTHER'
          at: string
          actor: string
          actorKind: 'MEMBER' | 'BUYER' | 'APP' | 'OPERATOR'
          sequence: number | null
          summary: string
          order: {
            id: string
            code: string
          } | null
        }>
      }
    }
    variables: { filter?: HistoryFilter | null, first?: number | null, after?: string | null, last?: number | null, before?: string | null, }
  }
  HistoryExcel: {
    data: {
      historyExcel: {
        url: string
        filename: string
      }
    }
    variables: { filter?: HistoryFilter | null, locale?: string | null, }
  }
  IssueInvoice: {
    data: {
      issueInvoice: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: IssueInvoiceInput, }
  }
  Letterhead: {
    data: {
      brandSettings: {
        id: string
        letterhead: {
          registrationKind: 'GB_VAT' | 'JP_INVOICE' | 'OTHER' | null
          registrationNumber: string | null
          hasLogo: boolean
          accentColor: string | null
          bankDetails: string | null
          paymentDays: number | null
          paymentTermsEn: string | null
          paymentTermsJa: string | null
          footerEn: string | null
          footerJa: string | null
          greetingEn: string | null
          greetingJa: string | null
          paper: 'A4' | 'LETTER' | null
          defaultTax: {
            kind: 'STANDARD' | 'REDUCED' | 'ZERO' | 'EXEMPT' | 'REVERSE_CHARGE'
            rate: string
          } | null
          pricesIncludeTax: boolean
          taxRounding: 'HALF_UP' | 'DOWN' | null
        }
      } | null
    }
    variables: { }
  }
  LetterheadPreview: {
    data: {
      brandSettings: {
        id: string
        letterheadPreview: {
          url: string
          filename: string
        }
      } | null
    }
    variables: { locale?: string | null, }
  }
  MakeOrderConfirmationEditable: {
    data: {
      makeOrderConfirmationEditable: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: MakeOrderConfirmationEditableInput, }
  }
  Members: {
    data: {
      members: Array<{
        actorId: string
        name: string
      }>
    }
    variables: { }
  }
  Notification: {
    data: {
      node: {
        to?: Array<string>
        subject?: string | null
        text?: string | null
      } | null
    }
    variables: { id: string, }
  }
  Order: {
    data: {
      order: {
        id: string
        code: string
        version: number
        status: 'OC_REQUIRED' | 'OC_CREATED' | 'OC_APPROVED' | 'OC_UPDATE_REQUIRED' | 'OC_CONFIRMED' | 'REJECTED_BY_BRAND' | 'REJECTED' | 'SENT_BACK_TO_CART'
        statusLabel: string
        deliveryStatus: 'NONE' | 'BACKLOG_SKUS_CREATED' | 'DELIVERY_NOTE_CREATED'
        deliveryStatusLabel: string
        isRejected: boolean
        isArchived: boolean
        placedAt: string
        updatedAt: string
        comment: string | null
        total: {
          amount: string
          currency: string
        }
        subtotal: {
          amount: string
          currency: string
        }
        tax: {
          amount: string
          currency: string
        }
        shipping: {
          amount: string
          currency: string
        }
        buyer: {
          id: string
          name: string
          uniqueCode: string
          isOffline: boolean
          emailRecipients: Array<string>
          locale: 'EN' | 'JA'
          address: string
          country: string
        }
        catalog: {
          id: string
          name: string
        }
        tags: Array<{
          id: string
          name: string
          color: string | null
        }>
        assignee: {
          actorId: string
          name: string
        } | null
        externalReference: string | null
        canReject: boolean
        rejectionBlockers: Array<{
          code: 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOT_PERMITTED' | 'STATUS_NOT_ELIGIBLE_FOR_BULK'
          message: string
          documents: Array<{
            id: string
            code: string
          }>
        }>
        actions: Array<{
          action: 'REJECT' | 'ARCHIVE' | 'APPLY_TAGS' | 'ASSIGN' | 'SET_EXTERNAL_REFERENCE' | 'SEND_BACK_TO_CART' | 'CREATE_CONFIRMATION' | 'UPDATE_CONFIRMATION' | 'APPROVE_CONFIRMATION' | 'REFUSE_CONFIRMATION' | 'CONFIRM' | 'MAKE_CONFIRMATION_EDITABLE' | 'CREATE_BACKLOG_SKUS' | 'CREATE_DELIVERY_NOTE' | 'CREATE_INVOICE' | 'INVOICE_DELIVERY_NOTES'
          allowed: boolean
          blockers: Array<{
            code: 'NOT_PERMITTED' | 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'STATUS_NOT_ELIGIBLE' | 'STATUS_NOT_ELIGIBLE_FOR_BULK' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOTHING_TO_DELIVER' | 'NOTHING_TO_INVOICE' | 'BUYER_OFFLINE' | 'BUYER_HAS_CART' | 'APPROVAL_NOT_ASKED' | 'ALREADY_ARCHIVED' | 'ARCHIVING_OFF'
            message: string
            documents: Array<{
              id: string
              code: string
            }>
          }>
        }>
        original: {
          total: {
            amount: string
            currency: string
          }
          lines: Array<{
            id: string
            sku: {
              id: string
              number: string
              name: string
            }
            quantity: number
            unitPrice: {
              amount: string
              currency: string
            }
            amount: {
              amount: string
              currency: string
            }
          }>
        }
        confirmation: {
          total: {
            amount: string
            currency: string
          }
          lines: Array<{
            id: string
            sku: {
              id: string
              number: string
              name: string
            }
            quantity: number
            unitPrice: {
              amount: string
              currency: string
            }
            amount: {
              amount: string
              currency: string
            }
          }>
        } | null
        replaces: {
          id: string
          code: string
        } | null
        replacedBy: {
          id: string
          code: string
        } | null
        rejection: {
          rejectedAt: string
          rejectedBy: string
          notified: boolean
          body: string | null
          reason: {
            id: string
            labelEn: string
            labelJa: string
          } | null
          note: string | null
        } | null
        deliveryNotes: Array<{
          id: string
          code: string
          createdAt: string
          trackingNumber: string
          comment: string
          isInvoiced: boolean
          lines: {
            pageInfo: {
              hasNextPage: boolean
            }
            nodes: Array<{
              sku: {
                id: string
              }
              quantity: number
            }>
          }
        }>
        invoices: Array<{
          id: string
          code: string
          number: string | null
          status: 'DRAFT' | 'ISSUED' | 'VOID'
          createdAt: string
          total: {
            amount: string
            currency: string
          } | null
        }>
        backlogSkus: Array<{
          id: string
          sku: {
            id: string
            number: string
            name: string
          }
          orderedQuantity: number
          remainingQuantity: number
        }>
        notifications: Array<{
          id: string
          kind: 'ORDER_REJECTED' | 'OC_CREATED' | 'OC_CONFIRMED' | 'OC_MADE_EDITABLE' | 'SENT_BACK_TO_CART' | 'DELIVERY_NOTE_CREATED' | 'INVOICE_ISSUED' | 'OC_APPROVED' | 'OC_REFUSED'
          status: 'PENDING' | 'SENT' | 'FAILED' | 'MAY_HAVE_BEEN_DELIVERED' | 'CANCELLED'
          to: Array<string>
          attempts: number
          sentAt: string | null
          createdAt: string
          lastError: string | null
          cancelledBy: string | null
        }>
        history: {
          nodes: Array<{
            id: string
            kind: 'ORDER_PLACED' | 'ORDER_REJECTED' | 'ORDER_ARCHIVED' | 'OC_CREATED' | 'OC_UPDATED' | 'OC_APPROVED' | 'OC_REFUSED' | 'OC_CONFIRMED' | 'OC_MADE_EDITABLE' | 'SENT_BACK_TO_CART' | 'BACKLOG_SKUS_CREATED' | 'DELIVERY_NOTE_CREATED' | 'DELIVERY_NOTE_UPDATED' | 'DELIVERY_NOTE_DELETED' | 'INVOICE_CREATED' | 'INVOICE_ISSUED' | 'INVOICE_VOIDED' | 'INVOICE_DELETED' | 'NOTIFICATION_RESENT' | 'NOTIFICATION_CANCELLED' | 'ORDER_ASSIGNED' | 'ORDER_UNASSIGNED' | 'EXTERNAL_REFERENCE_SET' | 'EXTERNAL_REFERENCE_REMOVED' | 'TAGS_APPLIED' | 'TAG_CREATED' | 'TAG_UPDATED' | 'TAG_DELETED' | 'REJECTION_REASON_CREATED' | 'REJECTION_REASON_UPDATED' | 'BRAND_SETTINGS_UPDATED' | 'BUYER_CREATED' | 'BUYER_UPDATED' | 'BUYER_ERASED' | 'SKU_UPDATED' | 'API_KEY_CREATED' | 'API_KEY_ROTATED' | 'API_KEY_REVOKED' | 'USER_SIGNED_OUT' | 'WEBHOOK_CREATED' | 'WEBHOOK_UPDATED' | 'WEBHOOK_SECRET_ROTATED' | 'WEBHOOK_PAUSED' | 'WEBHOOK_RESUMED' | 'WEBHOOK_DELETED' | 'WEBHOOK_TESTED' | 'WEBHOOK_REPLAYED' | 'OTHER'
            at: string
            actor: string
            summary: string
          }>
        }
      } | null
    }
    variables: { id: string, }
  }
  OrderCounts: {
    data: {
      rejectable: {
        totalCount: number
      }
      mine: {
        totalCount: number
      }
    }
    variables: { rejectable?: OrderFilter | null, mine?: OrderFilter | null, }
  }
  OrderDownloads: {
    data: {
      order: {
        id: string
        pdf: {
          url: string
          filename: string
        } | null
        excel: {
          url: string
          filename: string
        }
      } | null
    }
    variables: { id: string, locale?: string | null, }
  }
  OrderFacets: {
    data: {
      facets: {
        orderCount: number
        statuses: Array<{
          status: 'OC_REQUIRED' | 'OC_CREATED' | 'OC_APPROVED' | 'OC_UPDATE_REQUIRED' | 'OC_CONFIRMED' | 'REJECTED_BY_BRAND' | 'REJECTED' | 'SENT_BACK_TO_CART'
          label: string
          count: number
        }>
        deliveryStatuses: Array<{
          deliveryStatus: 'NONE' | 'BACKLOG_SKUS_CREATED' | 'DELIVERY_NOTE_CREATED'
          label: string
          count: number
        }>
        tags: Array<{
          tag: {
            id: string
            name: string
            color: string | null
          } | null
          label: string
          count: number
        }>
        reasons: Array<{
          reason: {
            id: string
          } | null
          label: string
          count: number
        }>
      }
      others: {
        orderCount: number
        statuses: Array<{
          status: 'OC_REQUIRED' | 'OC_CREATED' | 'OC_APPROVED' | 'OC_UPDATE_REQUIRED' | 'OC_CONFIRMED' | 'REJECTED_BY_BRAND' | 'REJECTED' | 'SENT_BACK_TO_CART'
          label: string
          count: number
        }>
      }
    }
    variables: { filter?: OrderFilter | null, withoutStatus?: OrderFilter | null, hasStatus: boolean, }
  }
  OrderMailPreview: {
    data: {
      preview: {
        to: Array<string>
        subject: string
        text: string
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
      }
      standard: {
        body: string
      }
    }
    variables: { orderId: string, kind: string, body?: string | null, invoiceId?: string | null, }
  }
  Orders: {
    data: {
      orders: {
        totalCount: number
        pageInfo: {
          hasNextPage: boolean
          hasPreviousPage: boolean
          startCursor: string | null
          endCursor: string | null
        }
        nodes: Array<{
          id: string
          code: string
          version: number
          status: 'OC_REQUIRED' | 'OC_CREATED' | 'OC_APPROVED' | 'OC_UPDATE_REQUIRED' | 'OC_CONFIRMED' | 'REJECTED_BY_BRAND' | 'REJECTED' | 'SENT_BACK_TO_CART'
          statusLabel: string
          isArchived: boolean
          placedAt: string
          updatedAt: string
          total: {
            amount: string
            currency: string
          }
          buyer: {
            id: string
            name: string
            isOffline: boolean
          }
          catalog: {
            id: string
            name: string
          }
          tags: Array<{
            id: string
            name: string
            color: string | null
          }>
          canReject: boolean
          rejectionBlockers: Array<{
            code: 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOT_PERMITTED' | 'STATUS_NOT_ELIGIBLE_FOR_BULK'
            message: string
            documents: Array<{
              id: string
              code: string
            }>
          }>
        }>
      }
    }
    variables: { filter?: OrderFilter | null, sort?: OrderSort[] | null, first?: number | null, after?: string | null, last?: number | null, before?: string | null, }
  }
  OrdersExcel: {
    data: {
      ordersExcel: {
        url: string
        filename: string
      }
    }
    variables: { filter?: OrderFilter | null, sort?: OrderSort[] | null, locale?: string | null, }
  }
  PauseWebhook: {
    data: {
      pauseWebhook: {
        webhook: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: PauseWebhookInput, }
  }
  PlaceOrder: {
    data: {
      placeOrder: {
        order: {
          id: string
          code: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: PlaceOrderInput, }
  }
  RefuseOrderConfirmation: {
    data: {
      refuseOrderConfirmation: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: RefuseOrderConfirmationInput, }
  }
  RejectOrder: {
    data: {
      rejectOrder: {
        order: {
          id: string
          version: number
          status: 'OC_REQUIRED' | 'OC_CREATED' | 'OC_APPROVED' | 'OC_UPDATE_REQUIRED' | 'OC_CONFIRMED' | 'REJECTED_BY_BRAND' | 'REJECTED' | 'SENT_BACK_TO_CART'
          statusLabel: string
        } | null
        notification: {
          id: string
          status: 'PENDING' | 'SENT' | 'FAILED' | 'MAY_HAVE_BEEN_DELIVERED' | 'CANCELLED'
          to: Array<string>
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        replayed: boolean
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_REJECTABLE' | 'NOT_PERMITTED' | 'BODY_WITHOUT_NOTIFY' | 'BODY_TOO_LONG' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'REASON_REQUIRED' | 'UNKNOWN_REASON' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
        blockers: Array<{
          code: 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOT_PERMITTED' | 'STATUS_NOT_ELIGIBLE_FOR_BULK'
          message: string
          documents: Array<{
            id: string
            code: string
          }>
        }>
      } | null
    }
    variables: { input: RejectOrderInput, }
  }
  RejectOrders: {
    data: {
      answer: {
        doneCount: number
        skippedCount: number
        dryRun: {
          count: number
          notFoundCount: number
          token: string
          eligible: {
            count: number
            orders: Array<{
              id: string
              code: string
              buyer: {
                id: string
                name: string
              }
              total: {
                amount: string
                currency: string
              }
            }>
          }
          blocked: Array<{
            code: 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOT_PERMITTED' | 'STATUS_NOT_ELIGIBLE_FOR_BULK'
            count: number
            orders: Array<{
              id: string
              code: string
              statusLabel: string
              rejectionBlockers: Array<{
                message: string
              }>
            }>
          }>
        } | null
        results: Array<{
          orderId: string
          outcome: 'REJECTED' | 'SKIPPED' | 'NOT_FOUND'
          blockers: Array<{
            code: 'ALREADY_REJECTED' | 'SENT_BACK_TO_CART' | 'DELIVERY_NOTE_EXISTS' | 'INVOICE_EXISTS' | 'BACKLOG_SKUS_CREATED' | 'NOT_PERMITTED' | 'STATUS_NOT_ELIGIBLE_FOR_BULK'
            message: string
          }>
          order: {
            id: string
            code: string
          } | null
        }>
        userErrors: Array<{
          code: 'NOT_PERMITTED' | 'ONE_OF_ORDER_IDS_AND_FILTER' | 'TOO_MANY_ORDERS' | 'BODY_WITHOUT_NOTIFY' | 'BODY_TOO_LONG' | 'IDEMPOTENCY_KEY_REUSED' | 'FILTER_WITHOUT_CONDITION' | 'SELECTION_CHANGED' | 'REASON_REQUIRED' | 'UNKNOWN_REASON' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: RejectOrdersInput, }
  }
  RejectionMailPreview: {
    data: {
      preview: {
        to: Array<string>
        subject: string
        text: string
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
      } | null
      standard: {
        body: string
      } | null
    }
    variables: { orderId: string, body?: string | null, }
  }
  ReplayWebhook: {
    data: {
      replayWebhook: {
        webhook: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: ReplayWebhookInput, }
  }
  ResendNotification: {
    data: {
      resendNotification: {
        notification: {
          id: string
          status: 'PENDING' | 'SENT' | 'FAILED' | 'MAY_HAVE_BEEN_DELIVERED' | 'CANCELLED'
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: ResendNotificationInput, }
  }
  ResumeWebhook: {
    data: {
      resumeWebhook: {
        webhook: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: ResumeWebhookInput, }
  }
  RevokeApiKey: {
    data: {
      revokeApiKey: {
        apiKey: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: RevokeApiKeyInput, }
  }
  RotateApiKey: {
    data: {
      rotateApiKey: {
        apiKey: {
          id: string
        } | null
        secret: string | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: RotateApiKeyInput, }
  }
  RotateWebhookSecret: {
    data: {
      rotateWebhookSecret: {
        webhook: {
          id: string
        } | null
        secret: string | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: RotateWebhookSecretInput, }
  }
  SendOrderBackToCart: {
    data: {
      sendOrderBackToCart: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: SendOrderBackToCartInput, }
  }
  SetExternalReference: {
    data: {
      setExternalReference: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: SetExternalReferenceInput, }
  }
  Settings: {
    data: {
      brandSettings: {
        id: string
        name: string
        legalName: string | null
        phone: string | null
        address: string
        country: string
        archivingEnabled: boolean
        locale: 'EN' | 'JA'
        timeZone: string
        mailSenderName: string | null
        mailReplyTo: string | null
        contactEmail: string | null
        rejectionTextEn: string | null
        rejectionTextJa: string | null
        rejectionReasonRequired: boolean
        mailsHavePdf: boolean
      } | null
      rejectionReasons: Array<{
        id: string
        code: string
        labelEn: string
        labelJa: string
        isArchived: boolean
      }>
      tags: Array<{
        id: string
        code: string
        name: string
        color: string | null
      }>
    }
    variables: { }
  }
  Skus: {
    data: {
      skus: {
        nodes: Array<{
          id: string
          number: string
          name: string
        }>
      }
    }
    variables: { search: string, }
  }
  TestWebhook: {
    data: {
      testWebhook: {
        webhook: {
          id: string
        } | null
        deliveryId: string | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: TestWebhookInput, }
  }
  UpdateBrandSettings: {
    data: {
      updateBrandSettings: {
        settings: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: UpdateBrandSettingsInput, }
  }
  UpdateBuyer: {
    data: {
      updateBuyer: {
        buyer: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: UpdateBuyerInput, }
  }
  UpdateCart: {
    data: {
      updateCart: {
        cart: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: UpdateCartInput, }
  }
  UpdateDeliveryNote: {
    data: {
      updateDeliveryNote: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: UpdateDeliveryNoteInput, }
  }
  UpdateOrderConfirmation: {
    data: {
      updateOrderConfirmation: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: UpdateOrderConfirmationInput, }
  }
  UpdateRejectionReason: {
    data: {
      updateRejectionReason: {
        reason: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: UpdateRejectionReasonInput, }
  }
  UpdateTag: {
    data: {
      updateTag: {
        tag: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: UpdateTagInput, }
  }
  UpdateWebhook: {
    data: {
      updateWebhook: {
        webhook: {
          id: string
        } | null
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: UpdateWebhookInput, }
  }
  Viewer: {
    data: {
      viewer: {
        id: string
        actorId: string
        name: string
        role: 'ADMIN' | 'WRITE' | 'READ' | 'BUYER' | 'APP' | 'APP_REJECT' | 'APP_READ' | 'OPERATOR'
        locale: 'EN' | 'JA'
        brand: {
          code: string
          name: string
        } | null
        buyer: {
          id: string
          name: string
        } | null
      }
      brandSettings: {
        timeZone: string
        rejectionReasonRequired: boolean
      } | null
      rejectionReasons: Array<{
        id: string
        code: string
        labelEn: string
        labelJa: string
      }>
      tags: Array<{
        id: string
        name: string
        color: string | null
      }>
    }
    variables: { }
  }
  VoidInvoice: {
    data: {
      voidInvoice: {
        order: {
          id: string
          version: number
        } | null
        notices: Array<{
          code: 'BUYER_IS_OFFLINE' | 'BUYER_HAS_NO_ADDRESS' | 'ADDRESS_BOUNCED' | 'BRAND_HAS_NO_ADDRESS'
          message: string
        }>
        userErrors: Array<{
          code: 'NOT_FOUND' | 'NOT_PERMITTED' | 'NOT_ALLOWED_IN_STATUS' | 'ORDER_REJECTED' | 'STALE_ORDER' | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_INPUT'
          kind: 'NOT_FOUND' | 'NOT_PERMITTED' | 'REFUSED' | 'STALE' | 'INVALID' | 'CONFLICT'
          field: Array<string> | null
          message: string
        }>
      } | null
    }
    variables: { input: VoidInvoiceInput, }
  }
  WebhookDeliveries: {
    data: {
      webhookDeliveries: {
        nodes: Array<{
          id: string
          sequence: number | null
          kind: 'ORDER_PLACED' | 'ORDER_REJECTED' | 'ORDER_ARCHIVED' | 'OC_CREATED' | 'OC_UPDATED' | 'OC_APPROVED' | 'OC_REFUSED' | 'OC_CONFIRMED' | 'OC_MADE_EDITABLE' | 'SENT_BACK_TO_CART' | 'BACKLOG_SKUS_CREATED' | 'DELIVERY_NOTE_CREATED' | 'DELIVERY_NOTE_UPDATED' | 'DELIVERY_NOTE_DELETED' | 'INVOICE_CREATED' | 'INVOICE_ISSUED' | 'INVOICE_VOIDED' | 'INVOICE_DELETED' | 'NOTIFICATION_RESENT' | 'NOTIFICATION_CANCELLED' | 'ORDER_ASSIGNED' | 'ORDER_UNASSIGNED' | 'EXTERNAL_REFERENCE_SET' | 'EXTERNAL_REFERENCE_REMOVED' | 'TAGS_APPLIED' | 'TAG_CREATED' | 'TAG_UPDATED' | 'TAG_DELETED' | 'REJECTION_REASON_CREATED' | 'REJECTION_REASON_UPDATED' | 'BRAND_SETTINGS_UPDATED' | 'BUYER_CREATED' | 'BUYER_UPDATED' | 'BUYER_ERASED' | 'SKU_UPDATED' | 'API_KEY_CREATED' | 'API_KEY_ROTATED' | 'API_KEY_REVOKED' | 'USER_SIGNED_OUT' | 'WEBHOOK_CREATED' | 'WEBHOOK_UPDATED' | 'WEBHOOK_SECRET_ROTATED' | 'WEBHOOK_PAUSED' | 'WEBHOOK_RESUMED' | 'WEBHOOK_DELETED' | 'WEBHOOK_TESTED' | 'WEBHOOK_REPLAYED' | 'OTHER' | null
          isTest: boolean
          attempt: number
          at: string
          milliseconds: number
          isDelivered: boolean
          responseStatus: number | null
          responseExcerpt: string | null
          error: string | null
        }>
        pageInfo: {
          hasNextPage: boolean
          hasPreviousPage: boolean
          startCursor: string | null
          endCursor: string | null
        }
      }
    }
    variables: { webhookId: string, first?: number | null, after?: string | null, last?: number | null, before?: string | null, }
  }
  Webhooks: {
    data: {
      webhooks: Array<{
        id: string
        name: string
        url: string
        kinds: Array<'ORDER_PLACED' | 'ORDER_REJECTED' | 'ORDER_ARCHIVED' | 'OC_CREATED' | 'OC_UPDATED' | 'OC_APPROVED' | 'OC_REFUSED' | 'OC_CONFIRMED' | 'OC_MADE_EDITABLE' | 'SENT_BACK_TO_CART' | 'BACKLOG_SKUS_CREATED' | 'DELIVERY_NOTE_CREATED' | 'DELIVERY_NOTE_UPDATED' | 'DELIVERY_NOTE_DELETED' | 'INVOICE_CREATED' | 'INVOICE_ISSUED' | 'INVOICE_VOIDED' | 'INVOICE_DELETED' | 'NOTIFICATION_RESENT' | 'NOTIFICATION_CANCELLED' | 'ORDER_ASSIGNED' | 'ORDER_UNASSIGNED' | 'EXTERNAL_REFERENCE_SET' | 'EXTERNAL_REFERENCE_REMOVED' | 'TAGS_APPLIED' | 'TAG_CREATED' | 'TAG_UPDATED' | 'TAG_DELETED' | 'REJECTION_REASON_CREATED' | 'REJECTION_REASON_UPDATED' | 'BRAND_SETTINGS_UPDATED' | 'BUYER_CREATED' | 'BUYER_UPDATED' | 'BUYER_ERASED' | 'SKU_UPDATED' | 'API_KEY_CREATED' | 'API_KEY_ROTATED' | 'API_KEY_REVOKED' | 'USER_SIGNED_OUT' | 'WEBHOOK_CREATED' | 'WEBHOOK_UPDATED' | 'WEBHOOK_SECRET_ROTATED' | 'WEBHOOK_PAUSED' | 'WEBHOOK_RESUMED' | 'WEBHOOK_DELETED' | 'WEBHOOK_TESTED' | 'WEBHOOK_REPLAYED' | 'OTHER'>
        alertEmail: string | null
        status: 'ACTIVE' | 'PAUSED'
        pauseReason: 'BY_ADMIN' | 'FAILED_TOO_LONG' | 'GONE' | null
        pausedAt: string | null
        lastSequence: number
        failures: number
        failingSince: string | null
        nextTryAt: string | null
        previousSecretUntil: string | null
        createdAt: string
        createdBy: string
      }>
    }
    variables: { }
  }
  WordingPreview: {
    data: {
      orderMailPreview: {
        subject: string
        text: string
      }
    }
    variables: { orderId: string, kind: string, wording: MailWordingInput, }
  }
  Wordings: {
    data: {
      brandSettings: {
        mailWordings: Array<{
          kind: 'ORDER_REJECTED' | 'OC_CREATED' | 'OC_CONFIRMED' | 'OC_MADE_EDITABLE' | 'SENT_BACK_TO_CART' | 'DELIVERY_NOTE_CREATED' | 'INVOICE_ISSUED' | 'OC_APPROVED' | 'OC_REFUSED'
          locale: 'EN' | 'JA'
          version: number
          subject: string | null
          heading: string | null
          body: string | null
          createdAt: string
          createdBy: string
        }>
      } | null
      orders: {
        nodes: Array<{
          id: string
        }>
      }
    }
    variables: { }
  }
}

export interface ApplyTagsInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
  tagIds: string[]
  mode: string
}

export interface ApplyTagsToOrdersInput {
  orderIds?: string[] | null
  filter?: OrderFilter | null
  all?: boolean | null
  dryRun?: boolean | null
  expectedCount?: number | null
  token?: string | null
  idempotencyKey?: string | null
  tagIds: string[]
  mode: string
}

export interface ApproveOrderConfirmationInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
  notify?: boolean | null
}

export interface ArchiveOrderInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
}

export interface ArchiveOrdersInput {
  orderIds?: string[] | null
  filter?: OrderFilter | null
  all?: boolean | null
  dryRun?: boolean | null
  expectedCount?: number | null
  token?: string | null
  idempotencyKey?: string | null
}

export interface AssignOrderInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
  actorId?: string | null
  actorName?: string | null
}

export interface ConfirmOrderInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
  notify: boolean
  body?: string | null
  tagIds?: string[] | null
}

export interface ConfirmOrdersInput {
  orderIds?: string[] | null
  filter?: OrderFilter | null
  all?: boolean | null
  dryRun?: boolean | null
  expectedCount?: number | null
  token?: string | null
  idempotencyKey?: string | null
  notify: boolean
  body?: string | null
}

export interface CreateApiKeyInput {
  idempotencyKey?: string | null
  name: string
  scopes: string[]
  expiresAt?: string | null
}

export interface CreateBacklogSkusInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
}

export interface CreateBuyerInput {
  idempotencyKey?: string | null
  uniqueCode: string
  name: string
  emailRecipients?: string[] | null
  locale?: string | null
  country?: string | null
  address?: string | null
  deliveryAddress?: string | null
  isOffline?: boolean | null
  allowSimilarCode: boolean
}

export interface CreateDeliveryNoteInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
  backlogQuantities?: BacklogQuantityInput[] | null
  trackingNumber?: string | null
  comment?: string | null
  carrier?: string | null
  cartons?: number | null
  packing?: CartonInput[] | null
  notify?: boolean | null
  body?: string | null
}

export interface CreateInvoiceInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
}

export interface CreateInvoiceForDeliveryNotesInput {
  idempotencyKey?: string | null
  deliveryNoteIds: string[]
}

export interface CreateOrderConfirmationInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
  notify: boolean
  body?: string | null
  askBuyerApproval: boolean
}

export interface CreateOrderConfirmationsInput {
  orderIds?: string[] | null
  filter?: OrderFilter | null
  all?: boolean | null
  dryRun?: boolean | null
  expectedCount?: number | null
  token?: string | null
  idempotencyKey?: string | null
  notify: boolean
  body?: string | null
  askBuyerApproval: boolean
}

export interface CreateRejectionReasonInput {
  idempotencyKey?: string | null
  code: string
  labelEn: string
  labelJa: string
}

export interface CreateTagInput {
  idempotencyKey?: string | null
  code: string
  name: string
  color?: string | null
}

export interface CreateWebhookInput {
  idempotencyKey?: string | null
  url: string
  name: string
  kinds?: string[] | null
  alertEmail?: string | null
}

export interface DeleteDeliveryNoteInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  deliveryNoteId: string
}

export interface DeleteInvoiceInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  invoiceId: string
}

export interface DeleteTagInput {
  idempotencyKey?: string | null
  tagId: string
  removeFromOrders: boolean
}

export interface DeleteWebhookInput {
  idempotencyKey?: string | null
  webhookId: string
}

export interface EraseBuyerInput {
  idempotencyKey?: string | null
  buyerId: string
}

export interface HistoryFilter {
  search?: string | null
  actors?: string[] | null
  actorKinds?: string[] | null
  kinds?: string[] | null
  orderIds?: string[] | null
  orderCodes?: string[] | null
  atFrom?: string | null
  atBefore?: string | null
  atTo?: string | null
}

export interface IssueInvoiceInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  invoiceId: string
  notify?: boolean | null
  body?: string | null
}

export interface MakeOrderConfirmationEditableInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
  notify: boolean
  body?: string | null
}

export interface OrderFilter {
  search?: string | null
  status?: string[] | null
  canReject?: boolean | null
  buyerIds?: string[] | null
  tagIds?: string[] | null
  placedFrom?: string | null
  placedBefore?: string | null
  placedTo?: string | null
  updatedSince?: string | null
  updatedBefore?: string | null
  deliveryStatus?: string[] | null
  catalogIds?: string[] | null
  invoiced?: boolean | null
  withoutTag?: boolean | null
  assigned?: boolean | null
  assigneeIds?: string[] | null
  rejectionReasonIds?: string[] | null
  onlyArchived?: boolean | null
  includeArchived?: boolean | null
}

export interface OrderSort {
  field: string
  direction: string
}

export interface PauseWebhookInput {
  idempotencyKey?: string | null
  webhookId: string
}

export interface PlaceOrderInput {
  idempotencyKey?: string | null
  buyerId: string
  catalogCode: string
  currency: string
  lines: OrderLineInput[]
  comment?: string | null
  code?: string | null
  externalReference?: string | null
  billingAddress?: string | null
  deliveryAddress?: string | null
  deliverFrom?: string | null
  deliverTo?: string | null
  buyerOrderNumber?: string | null
  shipping?: string | null
  tax?: TaxInput | null
  shippingTax?: TaxInput | null
  pricesIncludeTax?: boolean | null
}

export interface RefuseOrderConfirmationInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
  comment?: string | null
  notify?: boolean | null
}

export interface RejectOrderInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
  notify: boolean
  body?: string | null
  reason?: string | null
  note?: string | null
  showReason?: boolean | null
}

export interface RejectOrdersInput {
  orderIds?: string[] | null
  filter?: OrderFilter | null
  all?: boolean | null
  dryRun?: boolean | null
  expectedCount?: number | null
  token?: string | null
  idempotencyKey?: string | null
  notify: boolean
  body?: string | null
  reason?: string | null
  note?: string | null
  showReason?: boolean | null
}

export interface ReplayWebhookInput {
  idempotencyKey?: string | null
  webhookId: string
  after: number
}

export interface ResendNotificationInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  notificationId: string
}

export interface ResumeWebhookInput {
  idempotencyKey?: string | null
  webhookId: string
}

export interface RevokeApiKeyInput {
  idempotencyKey?: string | null
  apiKeyId: string
}

export interface RotateApiKeyInput {
  idempotencyKey?: string | null
  apiKeyId: string
  overlapHours: number
}

export interface RotateWebhookSecretInput {
  idempotencyKey?: string | null
  webhookId: string
}

export interface SendOrderBackToCartInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
  notify: boolean
  body?: string | null
}

export interface SetExternalReferenceInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
  externalReference?: string | null
}

export interface TestWebhookInput {
  idempotencyKey?: string | null
  webhookId: string
}

export interface UpdateBrandSettingsInput {
  idempotencyKey?: string | null
  name?: string | null
  legalName?: string | null
  phone?: string | null
  address?: string | null
  country?: string | null
  archivingEnabled?: boolean | null
  locale?: string | null
  timeZone?: string | null
  mailSenderName?: string | null
  mailReplyTo?: string | null
  contactEmail?: string | null
  rejectionTextEn?: string | null
  rejectionTextJa?: string | null
  rejectionReasonRequired?: boolean | null
  mailsHavePdf?: boolean | null
  mailWordings?: MailWordingInput[] | null
  letterhead?: LetterheadInput | null
}

export interface UpdateBuyerInput {
  idempotencyKey?: string | null
  buyerId: string
  name?: string | null
  emailRecipients?: string[] | null
  locale?: string | null
  hasOwnLocale?: boolean | null
  country?: string | null
  address?: string | null
  deliveryAddress?: string | null
  isOffline?: boolean | null
}

export interface UpdateCartInput {
  idempotencyKey?: string | null
  catalogCode: string
  currency: string
  lines: OrderLineInput[]
}

export interface UpdateDeliveryNoteInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  deliveryNoteId: string
  backlogQuantities?: BacklogQuantityInput[] | null
  trackingNumber?: string | null
  comment?: string | null
  carrier?: string | null
  cartons?: number | null
  packing?: CartonInput[] | null
}

export interface UpdateOrderConfirmationInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  orderId: string
  lines?: OrderLineInput[] | null
  shipping?: string | null
  tax?: TaxInput | null
  shippingTax?: TaxInput | null
  pricesIncludeTax?: boolean | null
}

export interface UpdateRejectionReasonInput {
  idempotencyKey?: string | null
  reasonId: string
  labelEn?: string | null
  labelJa?: string | null
  isArchived?: boolean | null
}

export interface UpdateTagInput {
  idempotencyKey?: string | null
  tagId: string
  name?: string | null
  color?: string | null
}

export interface UpdateWebhookInput {
  idempotencyKey?: string | null
  webhookId: string
  url?: string | null
  kinds?: string[] | null
  name?: string | null
  alertEmail?: string | null
}

export interface VoidInvoiceInput {
  idempotencyKey?: string | null
  expectedVersion?: number | null
  invoiceId: string
}

export interface MailWordingInput {
  kind: string
  locale: string
  subject?: string | null
  heading?: string | null
  body?: string | null
}

export interface BacklogQuantityInput {
  backlogSkuId: string
  quantity: number
}

export interface CartonInput {
  contents: CartonContentInput[]
  weightGrams?: number | null
}

export interface OrderLineInput {
  skuId: string
  quantity: number
  unitPrice: string
  tax?: TaxInput | null
}

export interface TaxInput {
  kind: string
  rate: string
}

export interface LetterheadInput {
  registrationKind?: string | null
  registrationNumber?: string | null
  logo?: string | null
  accentColor?: string | null
  bankDetails?: string | null
  paymentDays?: number | null
  paymentTermsEn?: string | null
  paymentTermsJa?: string | null
  footerEn?: string | null
  footerJa?: string | null
  greetingEn?: string | null
  greetingJa?: string | null
  paper?: string | null
  defaultTax?: TaxInput | null
  pricesIncludeTax?: boolean | null
  taxRounding?: string | null
}

export interface CartonContentInput {
  skuId: string
  quantity: number
}
