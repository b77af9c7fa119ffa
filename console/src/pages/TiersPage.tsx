export default function TiersPage({ tab }: { tab?: string }) {
  return <>{tab}</>
}
