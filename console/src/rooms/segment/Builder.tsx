import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Dropdown, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { Count } from '@/ui/figure'
import { blank, isKind } from './blank'
import { LeafWords } from './LeafWords'
import { isFilled, isGroup, newCondition, newGroup, sayingOf, type Group, type Part } from './tree'
import type { Words } from './words'

interface Given {
  words: Words
  /** How many customers each condition alone matches, by what the condition says. */
  hits: Map<string | undefined, number> | undefined
}

/** Conditions as sentences, joined by 且 / 或 switches on the left; groups may nest. */
export function Builder({
  group,
  change,
  words,
  hits,
}: { group: Group; change: (next: Group) => void } & Given) {
  return <GroupBox group={group} change={change} words={words} hits={hits} depth={0} />
}

function GroupBox({
  group,
  change,
  remove,
  words,
  hits,
  depth,
}: {
  group: Group
  change: (next: Group) => void
  remove?: () => void
  depth: number
} & Given) {
  const { t } = useTranslation()
  const set = (index: number, next: Part | null) =>
    change({
      ...group,
      parts: group.parts.flatMap((part, at) => (at !== index ? [part] : next ? [next] : [])),
    })
  return (
    <div
      className={`rule-group ${depth ? 'nested' : ''} ${group.parts.length > 1 ? 'joined' : ''}`}
    >
      {group.parts.length > 1 && (
        <button
          type="button"
          className={`rule-join ${group.join}`}
          title={t('segment.join_hint')}
          onClick={() => change({ ...group, join: group.join === 'all' ? 'any' : 'all' })}
        >
          {t(group.join === 'all' ? 'segment.and' : 'segment.or')}
        </button>
      )}
      <div className="rule-parts">
        {(group.isNot || depth > 0) && (
          <div className="row between rule-group-head">
            <NotSwitch isNot={group.isNot} change={(isNot) => change({ ...group, isNot })} />
            {remove && <Remove onClick={remove} />}
          </div>
        )}
        {group.parts.map((part, index) =>
          isGroup(part) ? (
            <GroupBox
              key={part.key}
              group={part}
              change={(next) => set(index, next)}
              remove={() => set(index, null)}
              words={words}
              hits={hits}
              depth={depth + 1}
            />
          ) : (
            <div key={part.key} className={`rule-row ${isFilled(part.leaf) ? '' : 'unfilled'}`}>
              <NotSwitch isNot={part.isNot} change={(isNot) => set(index, { ...part, isNot })} />
              <div className="rule-words">
                <LeafWords
                  leaf={part.leaf}
                  words={words}
                  change={(leaf) => set(index, { ...part, leaf })}
                />
              </div>
              <Tooltip title={t('segment.hits_hint')}>
                <span className="rule-hits num quiet">
                  <Hit of={hits?.get(sayingOf(part.leaf))} />
                </span>
              </Tooltip>
              <Remove onClick={() => set(index, null)} />
            </div>
          ),
        )}
        <Adding depth={depth} add={(part) => change({ ...group, parts: [...group.parts, part] })} />
      </div>
    </div>
  )
}

function Hit({ of }: { of: number | undefined }) {
  return of === undefined ? '–' : <Count of={of} />
}

function NotSwitch({ isNot, change }: { isNot: boolean; change: (next: boolean) => void }) {
  const { t } = useTranslation()
  return (
    <Tooltip title={t('segment.not_hint')}>
      <button
        type="button"
        className={`rule-not ${isNot ? 'on' : ''}`}
        onClick={() => change(!isNot)}
      >
        {t(isNot ? 'segment.not' : 'segment.is')}
      </button>
    </Tooltip>
  )
}

function Remove({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation()
  return (
    <Button
      type="text"
      size="small"
      icon={<CloseOutlined />}
      aria-label={t('segment.remove')}
      onClick={onClick}
    />
  )
}

function Adding({ add, depth }: { add: (part: Part) => void; depth: number }) {
  const { t } = useTranslation()
  return (
    <div className="row rule-add">
      <Dropdown
        trigger={['click']}
        menu={{
          items: Object.keys(blank).map((kind) => ({ key: kind, label: t(`segment.add_${kind}`) })),
          onClick: ({ key }) => {
            if (isKind(key)) add(newCondition(blank[key]()))
          },
        }}
      >
        <Button type="dashed" size="small" icon={<PlusOutlined />}>
          {t('segment.add')}
        </Button>
      </Dropdown>
      {depth < 3 && (
        <Button
          type="text"
          size="small"
          onClick={() => add(newGroup([newCondition(blank.purchase())], 'any'))}
        >
          {t('segment.add_group')}
        </Button>
      )}
    </div>
  )
}
