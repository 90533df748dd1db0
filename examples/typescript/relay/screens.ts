/** The same screens for Relay: its compiler checks the tags against the schema and writes __generated__. */

import { graphql } from "relay-runtime";

graphql`
  query screensOrdersQuery($filter: OrderFilter) {
    ...screens_orders @arguments(filter: $filter)
  }
`;

graphql`
  fragment screens_orders on Query
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 20 }
    cursor: { type: "String" }
    filter: { type: "OrderFilter" }
  )
  @refetchable(queryName: "screensMoreOrdersQuery") {
    orders(first: $count, after: $cursor, filter: $filter) @connection(key: "screens_orders") {
      edges {
        node {
          id
          ...screens_row
        }
      }
    }
  }
`;

graphql`
  fragment screens_row on Order {
    code
    statusLabel
    canReject
    buyer {
      name
    }
    total {
      amount
      currency
    }
  }
`;

// An order is a Node, so its detail can be read again by its id.
graphql`
  fragment screens_detail on Order @refetchable(queryName: "screensDetailQuery") {
    ...screens_row
    version
    rejectionBlockers {
      code
      message
      documents {
        node {
          id
          __typename
        }
      }
    }
  }
`;

graphql`
  mutation screensRejectMutation($input: RejectOrderInput!) @raw_response_type {
    rejectOrder(input: $input) {
      order {
        status
        ...screens_detail
      }
      userErrors {
        code
        kind
        message
      }
    }
  }
`;

graphql`
  mutation screensCreateTagMutation($input: CreateTagInput!, $connections: [ID!]!) {
    createTag(input: $input) {
      tagEdge @appendEdge(connections: $connections) {
        node {
          id
          name
        }
      }
      userErrors {
        message
      }
    }
  }
`;

graphql`
  mutation screensDeleteTagMutation($input: DeleteTagInput!, $connections: [ID!]!) {
    deleteTag(input: $input) {
      deletedTagId @deleteEdge(connections: $connections)
      userErrors {
        message
      }
    }
  }
`;
