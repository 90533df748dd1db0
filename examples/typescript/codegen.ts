import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../schema.graphql",
  documents: "src/*.graphql",
  importExtension: ".js",
  generates: {
    "src/generated/": {
      preset: "client",
      presetConfig: { fragmentMasking: { unmaskFunctionName: "unmask" } },
      config: {
        enumType: "string-literal",
        scalars: { ID: "string", Date: "string", DateTime: "string", Decimal: "string", URL: "string" },
        strictScalars: true,
        useTypeImports: true,
        nonOptionalTypename: true, // Apollo selects it, and an optimistic answer must have it …
        skipTypeNameForRoot: true, // … but for Query and Mutation
      },
    },
    // Which types implement Node, Blocker and UserError: Apollo matches fragments on interfaces by it.
    "src/generated/possible-types.ts": {
      plugins: ["fragment-matcher"],
      config: { apolloClientVersion: 3, useExplicitTyping: true },
    },
  },
};

export default config;
