import { App, Button, Input } from 'antd'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/client/http'
import { read, useWrite, write } from '@/client/query'
import type { Rule, Segment } from '@/client/types'
import { showDone } from '@/shell/notify'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { useDebounced } from '@/ui/debounce'
import { PageHead, Panel } from '@/ui/page'
import { UndoRedo } from '@/ui/step'
import { useEdits } from '@/ui/useEdits'
import { Builder } from './Builder'
import { ExportDrawer } from './Exports'
import { Filling } from './Filling'
import { History } from './History'
import { Reach } from './Reach'
import { Removal } from './Removal'
import { filledOf, groupOf, isComplete, leavesOf, ruleOf, sayingOf, type Group } from './tree'
import { WouldMatch } from './WouldMatch'
import { useWords } from './words'

/** The live count of a rule that stopped changing; a new edit cancels the one under way at once. */
function useCount(group: Group) {
  const client = useQueryClient()
  const still = useDebounced(group, 450)
  const isStill = still === group
  const rule = useMemo(() => ruleOf(still), [still])
  useEffect(() => {
    if (!isStill) void client.cancelQueries({ queryKey: ['/v1/segments/count'] })
  }, [client, isStill])
  return useQuery({
    queryKey: ['/v1/segments/count', rule],
    queryFn: async ({ signal }) => {
      const counted = await write({ to: 'POST /v1/segments/count', body: { rule } }, signal)
      const sayings = new Map(leavesOf(groupOf(rule)).map((one) => [one.path, sayingOf(one.leaf)]))
      const hits = new Map(counted.per_leaf.map((one) => [sayings.get(one.path), one.count]))
      return { ...counted, hits }
    },
    enabled: still.parts.length > 0 && isStill,
    placeholderData: (before) => before,
    staleTime: 30_000,
    retry: false,
  })
}

export function Editor({
  segment,
  start,
}: {
  segment: Segment | null
  start: { name: string; rule: Rule }
}) {
  const { t, i18n } = useTranslation()
  const may = useMay()
  const [name, setName] = useState(start.name)
  const [isExporting, setExporting] = useState(false)
  const edits = useEdits<Group>(() => groupOf(start.rule))
  const group = edits.value
  const words = useWords(segment?.id ?? null, i18n.language)
  const rule = useMemo(() => ruleOf(group), [group])
  const isReady = isComplete(group)
  const filled = useMemo(() => filledOf(group), [group])
  const counting = useCount(filled)
  const isChanged =
    !segment ||
    name !== segment.name ||
    JSON.stringify(rule) !== JSON.stringify(ruleOf(groupOf(segment.rule as Rule)))
  const save = useSave(segment)
  return (
    <>
      <PageHead
        title={
          <Input
            variant="underlined"
            className="title-input own-undo"
            value={name}
            maxLength={40}
            placeholder={t('segment.name_hint')}
            onChange={(event) => setName(event.target.value)}
          />
        }
        actions={
          <>
            <Button onClick={() => go('/segments')}>{t('ui.back')}</Button>
            {segment && may('export.read') && (
              <Button disabled={segment.filling !== null} onClick={() => setExporting(true)}>
                {t('segment.export')}
              </Button>
            )}
            {segment && may('campaign.edit') && (
              <Button
                disabled={isChanged}
                onClick={() => go(`/campaigns/new?segment=${segment.id}`)}
              >
                {t('segment.make_task')}
              </Button>
            )}
            {segment && may('segment.edit') && <Removal segment={segment} />}
            {may('segment.edit') && (
              <Button
                type="primary"
                disabled={!isReady || !name.trim() || !isChanged}
                loading={save.isSaving}
                onClick={() => save.run(name.trim(), rule)}
              >
                {t('ui.save')}
              </Button>
            )}
          </>
        }
      />
      <div className="cols-main">
        <div className="stack">
          {segment?.filling && (
            <Panel>
              <Filling of={segment.filling} />
              <small className="quiet">{t('segment.filling_hint')}</small>
            </Panel>
          )}
          <Panel
            title={t('segment.who')}
            extra={
              <span className="row">
                <UndoRedo edits={edits} />
                <span className="quiet">{t('segment.hits')}</span>
              </span>
            }
          >
            <Builder group={group} change={edits.set} words={words} hits={counting.data?.hits} />
          </Panel>
          <WouldMatch group={group} isComplete={isReady} words={words} />
          {segment && <History id={segment.id} />}
        </div>
        <Reach
          counted={counting.data}
          error={counting.error}
          isCounting={counting.isFetching}
          isComplete={isReady}
          isEmpty={filled.parts.length === 0}
        />
      </div>
      {segment && isExporting && (
        <ExportDrawer segment={segment} close={() => setExporting(false)} />
      )}
    </>
  )
}

/** Saves with the version it was read at; when somebody else was first, asks what to do. */
function useSave(segment: Segment | null) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const [isSaving, setSaving] = useState(false)
  const save = useWrite<'POST /v1/segments' | 'PUT /v1/segments/{segment_id}'>([
    '/v1/segments',
    '/v1/segments/{segment_id}',
    '/v1/segments/{segment_id}/history',
  ])
  const run = (name: string, rule: Rule, version = segment?.version ?? 0) => {
    setSaving(true)
    save
      .mutateAsync(
        segment
          ? { to: 'PUT /v1/segments/{segment_id}', id: segment.id, body: { name, rule, version } }
          : { to: 'POST /v1/segments', body: { name, rule } },
      )
      .then((saved) => {
        showDone(t('ui.saved'))
        go(`/segments/${saved.id}`, { isReplacing: true })
      })
      .catch((error: unknown) => {
        if (!segment || !(error instanceof Problem) || error.code !== 'segment.version') return
        modal.confirm({
          title: t('segment.conflict'),
          content: t('segment.conflict_hint'),
          okText: t('segment.overwrite'),
          cancelText: t('segment.take_theirs'),
          onOk: async () => {
            const current = await read('/v1/segments/{segment_id}', { id: segment.id })
            run(name, rule, current.version)
          },
          onCancel: () => window.location.reload(),
        })
      })
      .finally(() => setSaving(false))
  }
  return { run, isSaving }
}
