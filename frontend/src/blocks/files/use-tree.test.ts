import { act, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { toast } from "@/ui/toast";
import { useDraft } from "./use-draft";
import { useTree } from "./use-tree";

vi.mock("@/ui/toast", () => ({ toast: vi.fn(), toastUndo: vi.fn() }));

const tree = (...paths: string[]) => {
  const files = paths.map((path) => ({ path, content: path, encoding: "utf-8" as const }));
  const { result } = renderHook(() => {
    const handle = useDraft(files);
    return { paths: handle.draft.files.map((file) => file.path), tree: useTree(handle, "main.py") };
  });
  const drop = (path: string, folder: string) => act(() => result.current.tree.drop(path, folder));
  return { drop, paths: () => [...result.current.paths].sort() };
};

test("a folder dropped where a folder of its name has the same files stays where it is, and one is told why", () => {
  const { drop, paths } = tree("main.py", "tools/a.py", "lib/tools/a.py");
  drop("tools", "lib");
  expect(paths()).toEqual(["lib/tools/a.py", "main.py", "tools/a.py"]);
  expect(toast).toHaveBeenCalledWith("tools cannot become lib/tools. lib/tools/a.py: There is a file of this name already.");
});

test("a folder goes into one that has another file beside it", () => {
  const { drop, paths } = tree("main.py", "tools/a.py", "lib/b.py");
  drop("tools", "lib");
  expect(paths()).toEqual(["lib/b.py", "lib/tools/a.py", "main.py"]);
});
