/** Every address that no page has. */
import { NotFound } from "@/app/error-page";

export function Component() {
  return <NotFound />;
}
