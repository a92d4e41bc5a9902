/** What lies in the built image: its packages, to be searched, and its layers with their sizes. */
import { Group, SegmentedControl, Stack, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useState } from "react";
import type { BuildContents, Image } from "@/api/types";
import { bytes, plural, shortDigest } from "@/lib/format";
import { Card } from "@/ui/card";
import { EmptyState } from "@/ui/empty-state";
import { ErrorAlert } from "@/ui/error-alert";
import { Facts } from "@/ui/facts";
import { contentsQuery } from "./api";
import { found, type Shown } from "./found-packages";
import classes from "./packages.module.css";

export function Packages({ image }: { image: Image }) {
  if (!image.built) {
    return (
      <EmptyState title="Nothing is built">
        When the image has been built, its packages are listed here with their versions, and its layers with their sizes.
      </EmptyState>
    );
  }
  return <OfBuild key={image.built.build_id} buildId={image.built.build_id} size={image.built.size_bytes} />;
}

function OfBuild({ buildId, size }: { buildId: number; size: number }) {
  const { data, error } = useQuery(contentsQuery(buildId));
  if (!data) return <ErrorAlert error={error} />;
  if (!data.known) {
    return (
      <EmptyState title="Not known">
        The build did not tell what it installed: it is an older one, or the image could not be asked. Its log says why. Build
        the image again to see its packages.
      </EmptyState>
    );
  }
  return (
    <Stack>
      <PackageTable contents={data} />
      <Layers contents={data} size={size} />
    </Stack>
  );
}

const KINDS = [
  { value: "python", label: "Python" },
  { value: "system", label: "System" },
  { value: "all", label: "All" },
];

function PackageTable({ contents }: { contents: BuildContents }) {
  const [query, setQuery] = useState("");
  const [kind, setKind] = useState<Shown>("python");
  const hits = found(contents.packages, query, kind);
  const total = found(contents.packages, "", kind).length;
  return (
    <Card title="Packages">
      <Group mb="sm" gap="sm">
        <TextInput
          aria-label="Search packages"
          placeholder="Search packages"
          leftSection={<Search size={16} aria-hidden />}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          className={classes.search}
        />
        <SegmentedControl size="xs" aria-label="Kind of packages" data={KINDS} value={kind} onChange={(next) => setKind(next as Shown)} />
        <Text size="sm" c="dimmed" role="status">
          {query ? `${hits.length} of ${plural(total, "package")}` : plural(total, "package")}
          {contents.cut && ", more are not listed"}
        </Text>
      </Group>
      {hits.length === 0 ? (
        <Text size="sm" c="dimmed">
          {query ? `No package has “${query}” in its name.` : "There are none."}
        </Text>
      ) : (
        <div className={classes.scroll} role="region" aria-label="Packages in the image" tabIndex={0}>
          <Table stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Package</Table.Th>
                <Table.Th>Version</Table.Th>
                {kind === "all" && <Table.Th>Kind</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {hits.map((one) => (
                <Table.Tr key={`${one.kind} ${one.name} ${one.version}`}>
                  <Table.Td>{one.name}</Table.Td>
                  <Table.Td className="mono">{one.version || "not told"}</Table.Td>
                  {kind === "all" && <Table.Td>{one.kind === "python" ? "Python" : "System"}</Table.Td>}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Card>
  );
}

function Layers({ contents: { layers, base, base_digest: digest }, size }: { contents: BuildContents; size: number }) {
  const written = layers.filter((layer) => layer.size_bytes > 0);
  const largest = Math.max(1, ...written.map((layer) => layer.size_bytes));
  return (
    <Card title="Size">
      <Facts
        items={[
          ["All together", bytes(size)],
          ["Base", base && `${base}${digest ? ` (${shortDigest(digest)})` : ""}`],
        ]}
      />
      {written.length > 0 && (
        <ul className={classes.layers} aria-label="Layers">
          {written.map((layer, index) => (
            <li key={index}>
              <code title={layer.made_by}>{layer.made_by || "the base image"}</code>
              <span>{bytes(layer.size_bytes)}</span>
              <span className={classes.bar} style={{ width: `${(layer.size_bytes / largest) * 100}%` }} aria-hidden />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
