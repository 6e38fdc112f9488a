import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { ReactNode } from "react";
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
  /** In pixels: a column of long words that may break would become too narrow otherwise. */
  minWidth?: number;
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
  /** Whether the list is always short, or a part of a long one, and has neither search nor pagination. */
  short?: boolean;
  /** In place of the search: what the server selects the items by. */
  filter?: ReactNode;
  footer?: ReactNode;
  /** Whether the server has more items than are loaded. */
  hasMore?: boolean;
  variant?: TableProps.Variant;
  headingLevel?: "h1" | "h2" | "h3";
  pageSize?: number;
  wrapLines?: boolean;
  preferences?: ReactNode;
  visibleColumns?: readonly string[];
};

const PAGE_SIZE = 10;

/** A table of resources with search, sorting and pagination in the browser. */
export function ResourceTable<T>(props: ResourceTableProps<T>) {
  const { loaded, columns, getName, selection, pluralName, short } = props;
  const { items, filteredItemsCount, collectionProps, filterProps, paginationProps } = useCollection(
    loaded.data ?? [],
    {
      filtering: {
        filteringFunction: (item, filteringText) => matches(item, columns, filteringText),
        empty: <Empty>{props.empty}</Empty>,
        noMatch: <Empty>No {pluralName} match the search.</Empty>,
      },
      sorting: {},
      pagination: short ? undefined : { pageSize: props.pageSize ?? PAGE_SIZE },
    },
  );
  const selectionProps = selection && {
    selectionType: selection.type,
    selectedItems: selection.items,
    onSelectionChange: ({ detail }: { detail: TableProps.SelectionChangeDetail<T> }) =>
      selection.onChange(detail.selectedItems),
  };
  return (
    <Table
      {...collectionProps}
      {...selectionProps}
      variant={props.variant ?? "container"}
      items={items}
      trackBy={getName}
      loading={loaded.loading && loaded.data === undefined && loaded.error === undefined}
      loadingText={`Loading ${pluralName}`}
      columnDefinitions={columns.map(columnDefinition)}
      visibleColumns={props.visibleColumns}
      ariaLabels={ariaLabels(props.title, pluralName, getName)}
      header={<TableHeader {...props} />}
      wrapLines={props.wrapLines ?? true}
      filter={
        props.filter ??
        (!short && (
          <TextFilter
            {...filterProps}
            filteringPlaceholder={`Search ${pluralName}`}
            filteringAriaLabel={`Search ${pluralName}`}
            countText={formatCount(filteredItemsCount ?? 0, "match", "matches")}
          />
        ))
      }
      footer={props.footer}
      pagination={!short && <Pagination {...paginationProps} />}
      preferences={props.preferences}
      empty={loaded.error ? <ErrorAlert error={loaded.error} retry={loaded.reload} /> : collectionProps.empty}
    />
  );
}

function TableHeader<T>({
  title,
  loaded,
  hasMore,
  selection,
  headingLevel,
  description,
  actions,
}: ResourceTableProps<T>) {
  const total = loaded.data?.length;
  const selected = selection?.type === "multi" ? selection.items.length : 0;
  const counter = selected > 0 ? `(${selected}/${total})` : `(${total}${hasMore ? "+" : ""})`;
  return (
    <Header
      variant={headingLevel ?? "h2"}
      counter={total === undefined ? undefined : counter}
      description={description}
      actions={actions}
    >
      {title}
    </Header>
  );
}

function Empty({ children }: { children: ReactNode }) {
  return (
    <Box textAlign="center" color="text-body-secondary">
      {children}
    </Box>
  );
}

function columnDefinition<T>(column: Column<T>, index: number): TableProps.ColumnDefinition<T> {
  const { id, header, text, cell } = column;
  return {
    id,
    header,
    sortingField: text && id,
    sortingComparator: text && ((a, b) => compare(column, a, b)),
    isRowHeader: index === 0,
    minWidth: column.minWidth,
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

function matches<T>(item: T, columns: readonly Column<T>[], filteringText: string): boolean {
  const searchText = filteringText.trim().toLowerCase();
  return searchText === "" || columns.some(({ text }) => text?.(item).toLowerCase().includes(searchText));
}

function compare<T>({ sortValue, text }: Column<T>, a: T, b: T): number {
  if (sortValue) return sortValue(a) - sortValue(b);
  return (text?.(a) ?? "").localeCompare(text?.(b) ?? "", "en", { numeric: true });
}
