import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { type ReactNode, useState } from "react";
import type { Loaded } from "../state/load.ts";
import { ErrorAlert } from "./error-alert.tsx";
import { formatCount } from "./format.ts";

export type Column<T> = {
  id: string;
  header: string;
  /** The text to search and sort by, and to show if there is no `cell`. */
  text?: (item: T) => string;
  cell?: (item: T) => ReactNode;
  /** The number to sort by instead of the text. */
  sortValue?: (item: T) => number;
};

export type Selection<T> = {
  type: "single" | "multi";
  items: readonly T[];
  onChange: (items: readonly T[]) => void;
};

export type ResourceTableProps<T> = {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  /** The plural name of the items: "users". */
  pluralName: string;
  loaded: Loaded<T[]>;
  columns: readonly Column<T>[];
  getName: (item: T) => string;
  empty: ReactNode;
  selection?: Selection<T>;
  /** Whether the list is always short, and needs neither search nor pagination. */
  short?: boolean;
  variant?: TableProps.Variant;
  headingLevel?: "h1" | "h2" | "h3";
  pageSize?: number;
  wrapLines?: boolean;
  preferences?: ReactNode;
  visibleColumns?: readonly string[];
};

const PAGE_SIZE = 10;
const NO_PAGES = 1000;

/** A table of resources with search, sorting and pagination in the browser. */
export function ResourceTable<T>(props: ResourceTableProps<T>) {
  const { loaded, columns, getName, selection, pluralName, short } = props;
  const pageSize = short ? NO_PAGES : (props.pageSize ?? PAGE_SIZE);
  const rows = useRows(loaded.data ?? [], columns, pageSize);
  const selectionProps = selection && {
    selectionType: selection.type,
    selectedItems: selection.items,
    onSelectionChange: ({ detail }: { detail: TableProps.SelectionChangeDetail<T> }) =>
      selection.onChange(detail.selectedItems),
  };
  return (
    <Table
      {...selectionProps}
      variant={props.variant ?? "container"}
      items={rows.shown}
      trackBy={getName}
      loading={loaded.loading && loaded.data === undefined && loaded.error === undefined}
      loadingText={`Loading ${pluralName}`}
      columnDefinitions={columns.map(definition)}
      visibleColumns={props.visibleColumns}
      sortingColumn={rows.sorting}
      sortingDescending={rows.descending}
      onSortingChange={({ detail }) => rows.sort(detail)}
      ariaLabels={ariaLabels(props.title, pluralName, getName)}
      header={<TableHeader {...props} />}
      wrapLines={props.wrapLines ?? true}
      filter={!short && <Search pluralName={pluralName} rows={rows} />}
      pagination={!short && <Pages rows={rows} />}
      preferences={props.preferences}
      empty={<Empty {...props} filtered={rows.filter !== ""} />}
    />
  );
}

type Rows = ReturnType<typeof useRows>;

function Search({
  pluralName,
  rows,
}: {
  pluralName: string;
  rows: Pick<Rows, "filter" | "filteredCount" | "search">;
}) {
  return (
    <TextFilter
      filteringText={rows.filter}
      filteringPlaceholder={`Search ${pluralName}`}
      filteringAriaLabel={`Search ${pluralName}`}
      countText={formatCount(rows.filteredCount, "match", "matches")}
      onChange={({ detail }) => rows.search(detail.filteringText)}
    />
  );
}

function Pages({ rows }: { rows: Pick<Rows, "page" | "pages" | "setPage"> }) {
  return (
    <Pagination
      currentPageIndex={rows.page}
      pagesCount={rows.pages}
      onChange={({ detail }) => rows.setPage(detail.currentPageIndex)}
    />
  );
}

function TableHeader<T>({
  title,
  loaded,
  selection,
  headingLevel,
  description,
  actions,
}: ResourceTableProps<T>) {
  const total = loaded.data?.length;
  const chosen = selection?.type === "multi" ? selection.items.length : 0;
  const counter = total === undefined ? undefined : chosen > 0 ? `(${chosen}/${total})` : `(${total})`;
  return (
    <Header variant={headingLevel ?? "h2"} counter={counter} description={description} actions={actions}>
      {title}
    </Header>
  );
}

function Empty<T>({ loaded, pluralName, empty, filtered }: ResourceTableProps<T> & { filtered: boolean }) {
  if (loaded.error !== undefined) return <ErrorAlert error={loaded.error} retry={loaded.reload} />;
  return (
    <Box textAlign="center" color="text-body-secondary">
      {filtered && loaded.data?.length !== 0 ? `No ${pluralName} match the search.` : empty}
    </Box>
  );
}

function definition<T>({ id, header, text, cell }: Column<T>, index: number): TableProps.ColumnDefinition<T> {
  return {
    id,
    header,
    sortingField: text && id,
    isRowHeader: index === 0,
    cell: (item) => cell?.(item) ?? text?.(item),
  };
}

function ariaLabels<T>(
  title: string,
  pluralName: string,
  getName: (item: T) => string,
): TableProps.AriaLabels<T> {
  return {
    tableLabel: title,
    selectionGroupLabel: `Choose ${pluralName}`,
    allItemsSelectionLabel: () => `Choose all ${pluralName} on this page`,
    itemSelectionLabel: (_, item) => `Choose ${getName(item)}`,
  };
}

function useRows<T>(items: readonly T[], columns: readonly Column<T>[], pageSize: number) {
  const [filter, setFilter] = useState("");
  const [page, setPage] = useState(1);
  const [sorting, setSorting] = useState<TableProps.SortingState<T>>();
  const by = columns.find(({ id }) => id === sorting?.sortingColumn.sortingField);
  const filteredCount = items.filter((item) => matches(item, columns, filter));
  const sorted = by ? filteredCount.toSorted((one, other) => compare(by, one, other)) : filteredCount;
  if (sorting?.isDescending) sorted.reverse();
  const pages = Math.max(1, Math.ceil(filteredCount.length / pageSize));
  const current = Math.min(page, pages);
  return {
    filter,
    filteredCount: filteredCount.length,
    page: current,
    pages,
    shown: sorted.slice((current - 1) * pageSize, current * pageSize),
    sorting: sorting?.sortingColumn,
    descending: sorting?.isDescending,
    sort: setSorting,
    setPage,
    search: (text: string) => {
      setFilter(text);
      setPage(1);
    },
  };
}

function matches<T>(item: T, columns: readonly Column<T>[], filter: string): boolean {
  const wanted = filter.trim().toLowerCase();
  return wanted === "" || columns.some(({ text }) => text?.(item).toLowerCase().includes(wanted));
}

function compare<T>({ sortValue, text }: Column<T>, one: T, other: T): number {
  if (sortValue) return sortValue(one) - sortValue(other);
  return (text?.(one) ?? "").localeCompare(text?.(other) ?? "", "en", { numeric: true });
}
