import { SearchOutlined } from '@ant-design/icons'
import { Input, Modal, Spin } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { useDebounced } from '@/ui/debounce'
import { go } from './router'

/** Ctrl-K: customers by the end of a phone number, a card number or a name. */
export function SearchBox() {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setOpen(true)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  return (
    <>
      <button type="button" className="search-open" onClick={() => setOpen(true)}>
        <SearchOutlined />
        <span>{t('shell.search')}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <Modal
        open={isOpen}
        onCancel={() => setOpen(false)}
        footer={null}
        closable={false}
        width={560}
        style={{ top: 96 }}
        destroyOnHidden
      >
        <Finder close={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function Finder({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const [at, setAt] = useState(0)
  const q = useDebounced(words.trim(), 250)
  const found = useRead('/v1/customers', {
    query: { q, limit: 8 },
    enabled: q.length >= 2,
    keep: true,
  })
  const rows = q.length >= 2 ? (found.data?.items ?? []) : []
  const open = (id: string) => {
    close()
    go(`/customers/${id}`)
  }
  return (
    <div
      className="finder"
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown') setAt(Math.min(at + 1, rows.length - 1))
        if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
        const row = rows[at]
        if (event.key === 'Enter' && row) {
          // Closing gives the focus back at once; this Enter must not press what gets it.
          event.preventDefault()
          open(row.id)
        }
      }}
    >
      <Input
        autoFocus
        size="large"
        variant="borderless"
        prefix={<SearchOutlined />}
        suffix={found.isFetching ? <Spin size="small" /> : undefined}
        placeholder={t('shell.search_hint')}
        value={words}
        onChange={(event) => {
          setWords(event.target.value)
          setAt(0)
        }}
      />
      <ul>
        {rows.map((row, index) => (
          <li key={row.id}>
            <button
              type="button"
              className={index === at ? 'at' : ''}
              onMouseEnter={() => setAt(index)}
              onClick={() => open(row.id)}
            >
              <b>{row.name ?? `#${row.ordinal}`}</b>
              <span className="num">{row.phone ?? '–'}</span>
              <span className="quiet">{row.home_unit?.name}</span>
            </button>
          </li>
        ))}
      </ul>
      {q.length >= 2 && !found.isFetching && rows.length === 0 && (
        <p className="quiet finder-none">{t('shell.search_none')}</p>
      )}
      <p className="finder-keys quiet">
        <kbd>↑</kbd> <kbd>↓</kbd> {t('shell.key_choose')} <kbd>Enter</kbd> {t('shell.key_open')}{' '}
        <kbd>Esc</kbd> {t('shell.key_close')}
      </p>
    </div>
  )
}
