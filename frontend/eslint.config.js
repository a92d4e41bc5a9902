/** House rules as checks. The import zones are made from the folder listing, so a new feature is covered at once. */
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import { importX } from "eslint-plugin-import-x";
import reactHooks from "eslint-plugin-react-hooks";
import { readdirSync } from "node:fs";
import tseslint from "typescript-eslint";

const folders = (path) =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

// Lowest first: each rank may import only from the ranks before it.
const RANKS = [["lib", "api"], ["ui"], ["blocks"], ["features"], ["app"]];

const rankZones = RANKS.slice(0, -1).flatMap((rank, index) =>
  rank.map((name) => ({
    target: `./src/${name}`,
    from: RANKS.slice(index + 1).flat().map((higher) => `./src/${higher}`),
    message: `${name} may not know what lies above it.`,
  })),
);
const featureZones = folders("src/features").map((name) => ({
  target: `./src/features/${name}`,
  from: "./src/features",
  except: [`./${name}`],
  message: "Features never import one another; compose them in app/routes.",
}));

export default tseslint.config(
  { ignores: ["dist", "src/api/schema.d.ts"] },
  tseslint.configs.recommended,
  reactHooks.configs.flat["recommended-latest"],
  {
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver()] },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones: [...rankZones, ...featureZones] }],
      "import-x/no-cycle": "error",
      "import-x/no-default-export": "error",
      "@typescript-eslint/no-explicit-any": "error",
      eqeqeq: "error",
      "max-lines": ["error", 400],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML'], MemberExpression[property.name='innerHTML']",
          message: "Text of scripts and logs must never become markup.",
        },
      ],
    },
  },
  { files: ["*.config.*"], rules: { "import-x/no-default-export": "off" } },
);
