import { AppstoreAddOutlined, PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ContactCode } from '@/client/types'
import { BatchDrawer } from '@/rooms/code/Batch'
import { CodeDetail } from '@/rooms/code/Detail'
import { CodeEditor } from '@/rooms/code/Editor'
import { CodeList } from '@/rooms/code/List'
import '@/rooms/code/code.css'
import { go, useFilters, usePlace } from '@/shell/router'
import { useMay } from '@/shell/session'
import { PageHead } from '@/ui/page'

/** 渠道活码: the codes by which customers become friends of staff. */
export default function CodesPage({ id }: { id?: string }) {
  const { t } = useTranslation()
  const [, setFilters] = useFilters()
  const { query } = usePlace()
  const search = query.size > 0 ? `?${query.toString()}` : ''
  const mayEdit = useMay()('codes.edit')
  const [edited, setEdited] = useState<ContactCode | 'new' | null>(null)
  const [isBatch, setBatch] = useState(false)
  const create = mayEdit && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')}>
      {t('code.new')}
    </Button>
  )
  return (
    <>
      <PageHead
        title={t('shell.nav_codes')}
        hint={t('code.hint')}
        actions={
          <>
            <Button icon={<AppstoreAddOutlined />} onClick={() => setBatch(true)}>
              {t('code.batch')}
            </Button>
            {create}
          </>
        }
      />
      <CodeList create={create} open={(next) => go(`/codes/${next}${search}`)} />
      {id && !edited && (
        <CodeDetail id={id} close={() => go(`/codes${search}`)} edit={(code) => setEdited(code)} />
      )}
      {edited && (
        <CodeEditor
          of={edited === 'new' ? null : edited}
          done={(kept) => {
            setEdited(null)
            if (kept) go(`/codes/${kept}`)
          }}
        />
      )}
      {isBatch && (
        <BatchDrawer
          close={() => setBatch(false)}
          show={(batch) => {
            setBatch(false)
            setFilters({ batch })
          }}
        />
      )}
    </>
  )
}
