/** The parameters of this page's address as they are asked for: those of a change on its way count already. */
import { useLocation, useNavigation, useSearchParams } from "react-router";

/** For fields that change one parameter each: chosen quickly one after the other, none takes back another. */
export function useAskedSearch(): URLSearchParams {
  const [search] = useSearchParams();
  const { pathname } = useLocation();
  const { location } = useNavigation();
  // What is on its way is told with the path below which the site lives.
  return location?.pathname.endsWith(pathname) ? new URLSearchParams(location.search) : search;
}
