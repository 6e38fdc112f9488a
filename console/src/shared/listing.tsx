import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { type ReactNode, useState } from "react";
import type { Loaded } from "../state/load.ts";
import { Failed } from "./failed.tsx";
import { count } from "./text.ts";

export type Column<T> = {
  id: string;
  header: string;
  /** What the column is searched and sorted by, and what it shows where there is no `cell`. */
  text?: (item: T) => string;
  cell?: (item: T) => ReactNode;
  /** What it is sorted by where that is not its text. */
  order?: (item: T) => number;
};

export type Selection<T> = {
  type: "single" | "multi";
  items: readonly T[];
  onChange: (items: readonly T[]) => void;
};

export type ListingProps<T> = {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  /** What one row is, in the plural: "users". */
  things: string;
  list: Pick<Loaded<T[]>, "data" | "failure" | "loading" | "reload">;
  columns: readonly Column<T>[];
  nameOf: (item: T) => string;
  empty: ReactNode;
  selection?: Selection<T>;
  /** For a list that is always short: no search field and no pages. */
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

/** A table with a search field, sorting and pages, over a list that is held whole. */
export function Listing<T>(props: ListingProps<T>) {
  const { list, columns, nameOf, selection, things, short } = props;
  const pageSize = short ? NO_PAGES : (props.pageSize ?? PAGE_SIZE);
  const rows = useRows(list.data ?? [], columns, pageSize);
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
      trackBy={nameOf}
      loading={list.loading && list.data === undefined && list.failure === undefined}
      loadingText={`Loading ${things}`}
      columnDefinitions={columns.map(definition)}
      visibleColumns={props.visibleColumns}
      sortingColumn={rows.sorting}
      sortingDescending={rows.descending}
      onSortingChange={({ detail }) => rows.sort(detail)}
      ariaLabels={ariaLabels(props.title, things, nameOf)}
      header={<ListingHeader {...props} />}
      wrapLines={props.wrapLines ?? true}
      filter={!short && <Search things={things} rows={rows} />}
      pagination={!short && <Pages rows={rows} />}
      preferences={props.preferences}
      empty={<Empty {...props} filtered={rows.filter !== ""} />}
    />
  );
}

type Rows = ReturnType<typeof useRows>;

function Search({ things, rows }: { things: string; rows: Pick<Rows, "filter" | "found" | "search"> }) {
  return (
    <TextFilter
      filteringText={rows.filter}
      filteringPlaceholder={`Search ${things}`}
      filteringAriaLabel={`Search ${things}`}
      countText={count(rows.found, "match", "matches")}
      onChange={({ detail }) => rows.search(detail.filteringText)}
    />
  );
}

function Pages({ rows }: { rows: Pick<Rows, "page" | "pages" | "turnTo"> }) {
  return (
    <Pagination
      currentPageIndex={rows.page}
      pagesCount={rows.pages}
      onChange={({ detail }) => rows.turnTo(detail.currentPageIndex)}
    />
  );
}

function ListingHeader<T>({ title, list, selection, headingLevel, description, actions }: ListingProps<T>) {
  const total = list.data?.length;
  const chosen = selection?.type === "multi" ? selection.items.length : 0;
  const counter = total === undefined ? undefined : chosen > 0 ? `(${chosen}/${total})` : `(${total})`;
  return (
    <Header variant={headingLevel ?? "h2"} counter={counter} description={description} actions={actions}>
      {title}
    </Header>
  );
}

function Empty<T>({ list, things, empty, filtered }: ListingProps<T> & { filtered: boolean }) {
  if (list.failure !== undefined) return <Failed failure={list.failure} retry={list.reload} />;
  return (
    <Box textAlign="center" color="text-body-secondary">
      {filtered && list.data?.length !== 0 ? `No ${things} match the search.` : empty}
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

function ariaLabels<T>(title: string, things: string, nameOf: (item: T) => string): TableProps.AriaLabels<T> {
  return {
    tableLabel: title,
    selectionGroupLabel: `Choose ${things}`,
    allItemsSelectionLabel: () => `Choose all ${things} on this page`,
    itemSelectionLabel: (_, item) => `Choose ${nameOf(item)}`,
  };
}

function useRows<T>(items: readonly T[], columns: readonly Column<T>[], pageSize: number) {
  const [filter, setFilter] = useState("");
  const [page, setPage] = useState(1);
  const [sorting, setSorting] = useState<TableProps.SortingState<T>>();
  const by = columns.find(({ id }) => id === sorting?.sortingColumn.sortingField);
  const found = items.filter((item) => matches(item, columns, filter));
  const sorted = by ? found.toSorted((one, other) => compare(by, one, other)) : found;
  if (sorting?.isDescending) sorted.reverse();
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const current = Math.min(page, pages);
  return {
    filter,
    found: found.length,
    page: current,
    pages,
    shown: sorted.slice((current - 1) * pageSize, current * pageSize),
    sorting: sorting?.sortingColumn,
    descending: sorting?.isDescending,
    sort: setSorting,
    turnTo: setPage,
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

function compare<T>({ order, text }: Column<T>, one: T, other: T): number {
  if (order) return order(one) - order(other);
  return (text?.(one) ?? "").localeCompare(text?.(other) ?? "", "en", { numeric: true });
}
