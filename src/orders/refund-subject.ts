/** What the notices of a refund are about. */
export function refundSubject({ mchid, out_refund_no }: { mchid: string; out_refund_no: string }): string {
  return `refund/${mchid}/${out_refund_no}`
}
