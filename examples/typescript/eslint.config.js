// Lints the operations of both examples, in one process: so no two have the same name. It runs in examples/, since a
// configuration covers the folder that it runs in. Relay's compiler checks Relay's operations itself.
import graphql from "@graphql-eslint/eslint-plugin";

const files = ["typescript/src/*.graphql", "python/*.graphql"];

export default [
  {
    files,
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "../schema.graphql", documents: files } },
    },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["flat/operations-recommended"].rules,
      "@graphql-eslint/no-deprecated": "error",
    },
  },
];
