import { Grid, Pagination, Spin, Table, type TableColumnType, type TableProps } from 'antd'
import { useState, type KeyboardEvent, type ReactNode } from 'react'
import { Unfold } from './unfold'

type Shown<T> = Omit<TableProps<T>, 'columns' | 'rowKey' | 'onRow' | 'summary'> & {
  columns: TableColumnType<T>[]
  rowKey: keyof T | ((row: T) => string | number)
  /** What a click or Enter on a row opens; undefined for a row that opens nothing. */
  open?: (row: T) => (() => void) | undefined
  /** What the rows add up to, as one more row. */
  total?: T
}

/**
 * A table. On a phone each row is a card: the first cell heads it, beside what can be done (columns without a name);
 * the others stand below with their columns' names, and under them what a row unfolds to (its `children`, or what
 * `expandable` draws).
 */
export function Rows<T extends object>(props: Shown<T>) {
  const isWide = Grid.useBreakpoint().md ?? true
  if (!isWide) return <Cards<T> {...props} />
  const { open, rowKey, total, ...table } = props
  return (
    <Table<T>
      scroll={{ x: 'max-content' }}
      {...table}
      rowKey={rowKey as TableProps<T>['rowKey']}
      onRow={(row) => opening('', open?.(row))}
      summary={total && (() => <Total columns={props.columns} row={total} />)}
    />
  )
}

function Total<T>({ columns, row }: { columns: TableColumnType<T>[]; row: T }) {
  return (
    <Table.Summary.Row>
      {columns.map((column, place) => (
        <Table.Summary.Cell key={place} index={place} align={column.align}>
          {cellOf(column, row, -1)}
        </Table.Summary.Cell>
      ))}
    </Table.Summary.Row>
  )
}

function Cards<T extends object>(props: Shown<T>) {
  const { dataSource = [], loading, locale, pagination, className, total } = props
  const [page, setPage] = useState(1)
  const size = (pagination && pagination.pageSize) || dataSource.length
  const last = Math.max(1, Math.ceil(dataSource.length / size))
  const at = Math.min(page, last)
  const rows = dataSource.slice((at - 1) * size, at * size)
  const empty = typeof locale?.emptyText === 'function' ? locale.emptyText() : locale?.emptyText
  return (
    <Spin spinning={Boolean(loading)}>
      {rows.length === 0 && <div className="cards-none">{empty}</div>}
      <ul className={`cards ${className ?? ''}`}>
        {total && <Card<T> of={props} row={total} index={-1} />}
        {rows.map((row, index) => (
          <Card<T> key={keyOf(props, row)} of={props} row={row} index={index} />
        ))}
      </ul>
      {last > 1 && (
        <Pagination
          className="cards-pages"
          size="small"
          simple
          current={at}
          pageSize={size}
          total={dataSource.length}
          onChange={setPage}
        />
      )}
    </Spin>
  )
}

function Card<T extends object>({ of, row, index }: { of: Shown<T>; row: T; index: number }) {
  const { columns, open, expandable } = of
  const [head, ...others] = columns.filter(nameOf)
  return (
    <li {...opening('card-row', open?.(row))}>
      <div className="card-row-head">
        <div>{head && cellOf(head, row, index)}</div>
        {columns.map(
          (column, place) => !nameOf(column) && <div key={place}>{cellOf(column, row, index)}</div>,
        )}
      </div>
      {others.map((column, place) => (
        <Pair key={place} name={nameOf(column)} cell={cellOf(column, row, index)} />
      ))}
      {mayUnfold(of, row, index) && (
        <Unfold isOpen={expandable?.defaultExpandAllRows} inside={() => inside(of, row, index)} />
      )}
    </li>
  )
}

function childrenOf<T>(row: T): T[] {
  return (row as { children?: T[] }).children ?? []
}

function mayUnfold<T>({ expandable }: Shown<T>, row: T, index: number): boolean {
  if (index < 0) return false
  if (!expandable?.expandedRowRender) return childrenOf(row).length > 0
  return expandable.rowExpandable?.(row) ?? true
}

function inside<T extends object>(of: Shown<T>, row: T, index: number): ReactNode {
  if (of.expandable?.expandedRowRender) return of.expandable.expandedRowRender(row, index, 0, true)
  return (
    <ul className="cards">
      {childrenOf(row).map((child, place) => (
        <Card<T> key={keyOf(of, child)} of={of} row={child} index={place} />
      ))}
    </ul>
  )
}

function keyOf<T>({ rowKey }: Shown<T>, row: T): string | number {
  return typeof rowKey === 'function' ? rowKey(row) : String(row[rowKey])
}

/** What is not known, or done to nobody, takes no room. */
function Pair({ name, cell }: { name: ReactNode; cell: ReactNode }) {
  if (cell === null || cell === undefined || cell === false || cell === '–' || cell === '')
    return null
  return (
    <div className="card-pair">
      <small>{name}</small>
      <div>{cell}</div>
    </div>
  )
}

function nameOf<T>({ title }: TableColumnType<T>): ReactNode {
  return typeof title === 'function' ? title({}) : title
}

function cellOf<T>({ dataIndex, render }: TableColumnType<T>, row: T, index: number): ReactNode {
  const value: unknown = typeof dataIndex === 'string' ? row[dataIndex as keyof T] : undefined
  return (render ? render(value, row, index) : value) as ReactNode
}

function opening(className: string, open: (() => void) | undefined) {
  if (!open) return { className }
  return {
    className: `${className} opens-row`.trim(),
    tabIndex: 0,
    onClick: open,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter' && event.target === event.currentTarget) open()
    },
  }
}
