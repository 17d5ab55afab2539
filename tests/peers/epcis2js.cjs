// Captures to a running server with the npm client epcis2.js as it is published, and reads the events back.
//
//   node epcis2js.cjs PACKAGE_FOLDER BINDING TOKEN     prints what came of it as one line of JSON
//
// The client builds, checks (against the standard's JSON schema), sends and polls. It has no query call of its own:
// the query is a plain fetch, its events are made into the client's events again and checked by the client.
'use strict';

const [, , folder, binding, token] = process.argv;
const sdk = require(folder);
const {
  EPCISDocument, ObjectEvent, AggregationEvent, TransformationEvent, QuantityElement, BizLocation, ReadPoint,
  BizTransactionElement, CaptureResponse, capture, cbv, eventToHashedId, objectToEvent, setup,
} = sdk;

const LINK = 'https://id.gs1.org';
const PACKS = ['A1', 'A2', 'A3'].map((serial) => `${LINK}/01/08935000000014/21/JS${serial}`);
const PADDY = `${LINK}/01/08935000000021/10/JS1`;
const RICE = `${LINK}/01/08935000000014/10/JS1`;
const CASE = `${LINK}/00/089350000000000014`;
const MILL = `${LINK}/414/8935000000014`;

function times(event, minute) {
  return event
    .setEventTime(`2026-05-04T07:${String(minute).padStart(2, '0')}:00.000+07:00`)
    .setEventTimeZoneOffset('+07:00');
}

function events() {
  const milled = times(new TransformationEvent(), 1)
    .addInputQuantity(new QuantityElement().setEpcClass(PADDY).setQuantity(1200.5).setUom('KGM'))
    .addOutputQuantity(new QuantityElement().setEpcClass(RICE).setQuantity(780).setUom('KGM'))
    .setBizStep(cbv.bizSteps.commissioning)
    .setReadPoint(new ReadPoint().setId(MILL))
    .setBizLocation(new BizLocation().setId(MILL));
  const made = times(new ObjectEvent(), 2)
    .setAction(cbv.actionTypes.add)
    .addEPCList(PACKS)
    .setBizStep(cbv.bizSteps.commissioning)
    .setDisposition(cbv.dispositions.active)
    .setReadPoint(new ReadPoint().setId(MILL))
    .addExtension('example:giong', 'nếp cái hoa vàng');
  const packed = times(new AggregationEvent(), 3)
    .setAction(cbv.actionTypes.add)
    .setParentId(CASE)
    .addChildEPCList(PACKS)
    .setBizStep(cbv.bizSteps.packing)
    .setReadPoint(new ReadPoint().setId(MILL));
  return [milled, made, packed];
}

async function query(parameters) {
  const text = new URLSearchParams(parameters).toString();
  const answer = await fetch(`${binding}/events?${text}`, { headers: { Authorization: `Bearer ${token}` } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(JSON.stringify(body));
  return body;
}

async function sent(what, options = {}) {
  const response = await capture(what, options);
  const job = new CaptureResponse(response);
  await job.pollForTheCaptureToFinish(20, 200);
  return {
    status: response.status,
    location: job.getLocation(),
    running: job.getRunningStatus(),
    success: job.getSuccessStatus(),
    errors: job.getErrors(),
  };
}

async function main() {
  setup({
    apiUrl: binding,
    headers: { 'content-type': 'application/json', Authorization: `Bearer ${token}` },
  });
  const context = { example: 'https://ns.example.com/epcis/' };
  const document = new EPCISDocument()
    .setContext(['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld', context])
    .setCreationDate('2026-05-04T08:00:00.000+07:00');
  const own = events();
  document.addEventList(own);
  const captured = await sent(document);
  const again = await sent(document);

  const single = times(new ObjectEvent(), 4)
    .setAction(cbv.actionTypes.observe)
    .addEPC(CASE)
    .setBizStep(cbv.bizSteps.shipping)
    .addBizTransaction(new BizTransactionElement().setBizTransaction('urn:epcglobal:cbv:bt:8935000000014:JS-1').setType(cbv.businessTransactionTypes.po))
    .setContext(['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld']);
  const one = await sent(single, { documentValidation: false });

  const result = await query({ MATCH_anyEPC: CASE, orderBy: 'eventTime', orderDirection: 'ASC' });
  const { eventList } = result.epcisBody.queryResults.resultsBody;
  const reread = new EPCISDocument().setContext(result['@context']).setCreationDate(result.creationDate);
  reread.addEventList(eventList.map(objectToEvent));
  const all = await query({ EQ_readPoint: MILL, orderBy: 'eventTime', orderDirection: 'ASC' });
  console.log(JSON.stringify({
    captured,
    again,
    one,
    ofTheCase: eventList.map((event) => event.bizStep),
    valid: reread.isValid(),
    read: all.epcisBody.queryResults.resultsBody.eventList,
    hashes: own.map((event) => eventToHashedId(event.toObject(), context)),
  }));
}

main().catch((fault) => {
  console.error(fault);
  process.exit(1);
});
