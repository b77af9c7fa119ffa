import { App, Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/client/http'
import { read, useWrite } from '@/client/query'
import type { Offer } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useLeaveGuard } from '@/shell/leave'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { PageHead, Panel } from '@/ui/page'
import { Reading } from '@/ui/reading'
import { UndoRedo } from '@/ui/step'
import { useEdits } from '@/ui/useEdits'
import { CheckButton } from './check/CheckDrawer'
import { lackOf, wholeOf, type Draft } from './document'
import { Example } from './Example'
import { faultsOf, FaultsContext } from './faults'
import { OfferForm } from './Form'
import { Meaning, usePreview } from './Meaning'
import { StateTag } from './StateTag'
import { Taken } from './Taken'
import { touched } from './touched'
import { Turns } from './Turns'
import { WaitingFor } from './Waiting'
import './offer.css'

/** An offer as a form, beside what it says and what it does to a cart. */
export function OfferEditor({ offer, start }: { offer: Offer | null; start: Draft }) {
  const { t, i18n } = useTranslation()
  const may = useMay()
  const edits = useEdits<Draft>(() => start)
  const draft = edits.value
  const set = (next: Partial<Draft>) => edits.set({ ...draft, ...next })
  const mayEdit = may('offer.edit') && offer?.state !== 'ended' && !isWaiting(offer)
  const isChanged = offer ? !isSame(draft, wholeOf(offer.document)) : true
  const preview = usePreview(draft, t('offer.unnamed'), may('offer.edit'))
  const save = useSave(offer)
  const isReady = draft.name.trim() !== '' && lackOf(draft.terms) === null && !preview.isError
  const isEdited = mayEdit && edits.undo !== null && isChanged && !save.isSaving
  useLeaveGuard(isEdited)
  const faults = isEdited || offer ? faultsOf(save.error ?? preview.error, i18n.language) : {}
  return (
    <>
      <PageHead
        title={
          <span className="row">
            <Input
              variant="underlined"
              className="title-input"
              value={draft.name}
              maxLength={40}
              disabled={!mayEdit}
              aria-label={t('offer.name')}
              placeholder={t('offer.name_hint')}
              onChange={(event) => set({ name: event.target.value })}
            />
            {offer && <StateTag offer={offer} />}
          </span>
        }
        actions={
          <>
            {mayEdit && <UndoRedo edits={edits} />}
            <Button onClick={() => go('/offers')}>{t('ui.back')}</Button>
            {offer && <CheckButton offer={offer} isChanged={isChanged} />}
            {offer && <Turns offer={offer} isChanged={isChanged} />}
            {mayEdit && (
              <Button
                type={offer ? 'default' : 'primary'}
                disabled={!isChanged || !isReady}
                title={draft.name.trim() ? undefined : t('offer.name_first')}
                loading={save.isSaving}
                onClick={() => save.run(draft)}
              >
                {t(offer ? 'ui.save' : 'offer.save_draft')}
              </Button>
            )}
          </>
        }
      />
      <div className="cols-editor">
        <FaultsContext value={faults}>
          <fieldset className="plain-fieldset" disabled={!mayEdit}>
            <div className={mayEdit ? '' : 'offer-fixed'} inert={!mayEdit}>
              <OfferForm draft={draft} set={set} />
            </div>
          </fieldset>
        </FaultsContext>
        <div className="stack reach-side">
          {offer?.waiting && <WaitingFor waiting={offer.waiting} />}
          {offer && offer.in_force !== null && <Taken offer={offer} />}
          <Panel title={t('offer.means')}>
            {mayEdit ? (
              <Meaning preview={preview} draft={draft} />
            ) : (
              offer && <Reading {...offer} />
            )}
          </Panel>
          {may('offer.edit') && (
            <Panel title={t('offer.example')}>
              <Example draft={draft} />
            </Panel>
          )}
        </div>
      </div>
    </>
  )
}

/** It was sent to a second person, and is not written on until they have answered. */
function isWaiting(offer: Offer | null): boolean {
  return offer?.waiting != null
}

function isSame(one: Draft, other: Draft): boolean {
  return touched(one, other).length === 0
}

/** Saves with the version it was read at; when somebody else was first, asks what to do. */
function useSave(offer: Offer | null) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const [isSaving, setSaving] = useState(false)
  const save = useWrite<'POST /v1/offers' | 'PUT /v1/offers/{offer_id}'>([
    '/v1/offers',
    '/v1/offers/{offer_id}',
  ])
  const run = (draft: Draft, version = offer?.version ?? 0) => {
    const document = { ...draft, name: draft.name.trim() }
    setSaving(true)
    save
      .mutateAsync(
        offer
          ? { to: 'PUT /v1/offers/{offer_id}', id: offer.id, body: { version, document } }
          : { to: 'POST /v1/offers', body: document },
      )
      .then((kept) => {
        showDone(t('ui.saved'))
        go(`/offers/${kept.id}`, { isReplacing: true })
      })
      .catch((error: unknown) => {
        if (!offer || !(error instanceof Problem) || error.code !== 'offer.changed') return
        modal.confirm({
          title: t('offer.conflict'),
          content: t('offer.conflict_hint'),
          okText: t('offer.overwrite'),
          cancelText: t('offer.take_theirs'),
          onOk: async () => {
            const current = await read('/v1/offers/{offer_id}', { id: offer.id })
            run(draft, current.version)
          },
          onCancel: () => window.location.reload(),
        })
      })
      .finally(() => setSaving(false))
  }
  return { run, isSaving, error: save.error }
}
