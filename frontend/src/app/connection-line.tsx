/** Says that what one sees may be old, and that nothing need be done about it. */
import { WifiOff } from "lucide-react";
import type { Connection } from "./live";
import classes from "./shell.module.css";

const WORDS: Record<Connection, string | null> = {
  fine: null,
  lost: "The connection to the server is lost. Trying again … What you see may be out of date; nothing you typed is lost.",
  offline: "You are offline. What you see may be out of date; it goes on by itself when the network is back.",
};

export function ConnectionLine({ connection }: { connection: Connection }) {
  const words = WORDS[connection];
  return (
    // Always there, so that its words are read out when they come.
    <div role="status">
      {words && (
        <p className={classes.connection}>
          <WifiOff size={16} aria-hidden />
          {words}
        </p>
      )}
    </div>
  );
}
