import { Grid, Pagination, Spin, Table, type TableColumnType, type TableProps } from 'antd'
import { useState, type KeyboardEvent, type ReactNode } from 'react'

type Shown<T> = Omit<TableProps<T>, 'columns' | 'rowKey' | 'onRow'> & {
  columns: TableColumnType<T>[]
  rowKey: keyof T | ((row: T) => string | number)
  /** What a click or Enter on a row opens; undefined for a row that opens nothing. */
  open?: (row: T) => (() => void) | undefined
}

/**
 * A table. On a phone each row is a card: the first cell heads it, beside what can be done (columns without a name);
 * the others stand below with their columns' names.
 */
export function Rows<T extends object>(props: Shown<T>) {
  const isWide = Grid.useBreakpoint().md ?? true
  if (!isWide && !props.expandable && !props.summary) return <Cards<T> {...props} />
  const { open, rowKey, ...table } = props
  return (
    <Table<T>
      scroll={{ x: 'max-content' }}
      {...table}
      rowKey={rowKey as TableProps<T>['rowKey']}
      onRow={(row) => opening('', open?.(row))}
    />
  )
}

function Cards<T extends object>({
  columns,
  dataSource = [],
  rowKey,
  open,
  loading,
  locale,
  pagination,
  className,
}: Shown<T>) {
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
        {rows.map((row, index) => {
          const [head, ...others] = columns.filter(nameOf)
          const key = typeof rowKey === 'function' ? rowKey(row) : String(row[rowKey])
          return (
            <li key={key} {...opening('card-row', open?.(row))}>
              <div className="card-row-head">
                <div>{head && cellOf(head, row, index)}</div>
                {columns.map(
                  (column, place) =>
                    !nameOf(column) && <div key={place}>{cellOf(column, row, index)}</div>,
                )}
              </div>
              {others.map((column, place) => (
                <Pair key={place} name={nameOf(column)} cell={cellOf(column, row, index)} />
              ))}
            </li>
          )
        })}
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
