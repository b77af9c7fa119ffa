import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { urlOf } from '@/client/http'
import { usePages } from '@/client/query'
import { useFilters } from '@/shell/router'
import { useMay } from '@/shell/session'
import { PageHead, Panel } from '@/ui/page'
import { MessageDrawer } from './MessageDrawer'
import { MessageFilters } from './MessageFilters'
import { MessageTable } from './MessageTable'
import { WhyNot } from './WhyNot'
import { FILTERS } from './words'
import './reach.css'

/** 消息记录: every message by what is known of it; the filters are in the address. */
export function MessageSearch({ tabs }: { tabs: ReactNode }) {
  const { t } = useTranslation()
  const may = useMay()
  const [get, set] = useFilters()
  const query = Object.fromEntries(FILTERS.map((name) => [name, get(name)]))
  const pages = usePages('/v1/messages', { query, keep: true })
  const customer = get('customer')
  const open = get('message')
  const isFiltered = FILTERS.some((name) => get(name) !== undefined)
  return (
    <>
      <PageHead
        title={t('shell.nav_messages')}
        hint={t('reach.search_hint')}
        tabs={tabs}
        actions={
          may('export.read') && (
            <Button
              href={urlOf('/v1/exports/messages', query)}
              download
              disabled={pages.items.length === 0}
              title={t('reach.export_hint')}
            >
              {t('ui.export_csv')}
            </Button>
          )
        }
      />
      <div className="stack">
        <MessageFilters />
        <Panel>
          <MessageTable
            pages={pages}
            isWide
            show={(id) => set({ message: id })}
            hint={isFiltered ? t('reach.none_found_hint') : undefined}
          />
        </Panel>
        {customer && may('campaign.read') && <WhyNot customer={customer} />}
      </div>
      {open && <MessageDrawer key={open} id={open} close={() => set({ message: undefined })} />}
    </>
  )
}
