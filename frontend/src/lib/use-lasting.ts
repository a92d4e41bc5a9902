/** Whether something has been so for a while: what passes by itself is not worth a word. */
import { useEffect, useState } from "react";

/** True once `so` has held for `ms` milliseconds without a break; false as soon as it does not. */
export function useLasting(so: boolean, ms: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!so) return;
    const timer = setTimeout(() => setLasts(true), ms);
    return () => {
      clearTimeout(timer);
      setLasts(false);
    };
  }, [so, ms]);
  return so && lasts;
}
