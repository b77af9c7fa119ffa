import { createContext, useContext, type ReactNode } from 'react'
import { Problem } from '@/client/http'
import { Field } from '@/ui/field'

/** By field of the document: why it was refused. */
export type Faults = Record<string, string>

export const FaultsContext = createContext<Faults>({})

/** What a refused document says of each of its fields; empty for every other refusal. */
export function faultsOf(error: unknown, language: string): Faults {
  if (!(error instanceof Problem) || error.code !== 'offer.bad_document') return {}
  const fields = String(error.params.fields ?? '').split(',')
  const tongue = language === 'en' ? 'en' : 'zh'
  return Object.fromEntries(
    fields
      .filter(Boolean)
      .map((field) => [field, String(error.params[`${tongue}.${field}`] ?? error.message)]),
  )
}

/** A question of the form that says why its answer was refused. `at` is a field of the document. */
export function At({
  at,
  label,
  hint,
  children,
}: {
  at: string
  label: ReactNode
  hint?: ReactNode
  children: ReactNode
}) {
  const faults = useContext(FaultsContext)
  return (
    <Field label={label} hint={hint} fault={faults[at]}>
      {children}
    </Field>
  )
}

/** What is said of a field that has no single control. */
export function FaultLine({ at }: { at: string }) {
  const fault = useContext(FaultsContext)[at]
  if (!fault) return null
  return (
    <p className="field-fault" role="alert">
      {fault}
    </p>
  )
}
