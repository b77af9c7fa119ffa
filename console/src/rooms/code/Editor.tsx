import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { ContactCode } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMe } from '@/shell/session'
import { blank, bodyOf, draftOf, missingOf } from './draft'
import { CodeForm } from './Form'

/** A new code, or what is said of one from now on. */
export function CodeEditor({
  of,
  done,
}: {
  of: ContactCode | null
  done: (id: string | null) => void
}) {
  const { t } = useTranslation()
  const me = useMe()
  const [start] = useState(() => (of ? draftOf(of) : blank(me.unit.id)))
  const [draft, setDraft] = useState(start)
  const missing = missingOf(draft)
  const save = useWrite<'POST /v1/codes' | 'PUT /v1/codes/{code_id}'>([
    '/v1/codes',
    '/v1/codes/{code_id}',
  ])
  const keep = () =>
    save
      .mutateAsync(
        of
          ? {
              to: 'PUT /v1/codes/{code_id}',
              id: of.code.id,
              body: { version: of.code.version, code: bodyOf(draft) },
            }
          : { to: 'POST /v1/codes', body: bodyOf(draft) },
      )
      .then((kept) => {
        showDone(t(of ? 'ui.saved' : 'code.made'))
        done(kept.id)
      })
      .catch(() => undefined)
  return (
    <Drawer
      open
      size={600}
      onClose={() => done(null)}
      title={of ? t('code.edit_title', { name: of.code.name }) : t('code.new')}
      footer={
        <div className="row between">
          <small className="quiet">{missing ? t(missing) : t('code.keeps_picture')}</small>
          <Button
            type="primary"
            disabled={missing !== null || JSON.stringify(draft) === JSON.stringify(start)}
            loading={save.isPending}
            onClick={() => void keep()}
          >
            {t('ui.save')}
          </Button>
        </div>
      }
    >
      <CodeForm draft={draft} set={(next) => setDraft((before) => ({ ...before, ...next }))} />
    </Drawer>
  )
}
