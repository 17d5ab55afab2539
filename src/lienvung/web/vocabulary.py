"""The words of EPCIS 2.0 and the Core Business Vocabulary (CBV 2.0) for readers, in both languages.

Keys are the bare CBV words and the JSON names of the EPCIS fields, verbatim. A word
that is not here is shown as it stands in the event (see `word`).
"""

from __future__ import annotations

from lienvung.texts import Text

BIZ_STEPS = {
    "accepting": Text("Nhận bàn giao", "Accepting"),
    "arriving": Text("Đến nơi", "Arriving"),
    "assembling": Text("Lắp ráp", "Assembling"),
    "collecting": Text("Thu gom", "Collecting"),
    "commissioning": Text("Tạo mã, bắt đầu theo dõi", "Commissioning"),
    "consigning": Text("Giao cho vận chuyển", "Consigning"),
    "creating_class_instance": Text("Tạo lô", "Creating a lot"),
    "cycle_counting": Text("Kiểm đếm định kỳ", "Cycle counting"),
    "decommissioning": Text("Ngừng theo dõi mã", "Decommissioning"),
    "departing": Text("Rời đi", "Departing"),
    "destroying": Text("Tiêu huỷ", "Destroying"),
    "disassembling": Text("Pha lóc, tách rời", "Disassembling, cutting up"),
    "dispensing": Text("Cấp lẻ", "Dispensing"),
    "encoding": Text("Ghi mã", "Encoding"),
    "entering_exiting": Text("Vào, ra", "Entering or exiting"),
    "holding": Text("Tạm giữ", "Holding"),
    "inspecting": Text("Kiểm tra", "Inspecting"),
    "installing": Text("Lắp đặt", "Installing"),
    "killing": Text("Huỷ thẻ mã", "Killing the tag"),
    "loading": Text("Xếp hàng", "Loading"),
    "other": Text("Việc khác", "Other"),
    "packing": Text("Đóng gói", "Packing"),
    "picking": Text("Soạn hàng", "Picking"),
    "receiving": Text("Nhận hàng", "Receiving"),
    "removing": Text("Lấy ra", "Removing"),
    "repackaging": Text("Đóng gói lại", "Repackaging"),
    "repairing": Text("Sửa chữa", "Repairing"),
    "replacing": Text("Thay thế", "Replacing"),
    "reserving": Text("Dành riêng", "Reserving"),
    "retail_selling": Text("Bán lẻ", "Retail selling"),
    "sampling": Text("Lấy mẫu", "Sampling"),
    "sensor_reporting": Text("Đo bằng cảm biến", "Sensor reporting"),
    "shipping": Text("Xuất hàng", "Shipping"),
    "staging_outbound": Text("Chờ xuất", "Staging outbound"),
    "stock_taking": Text("Kiểm kê", "Stock taking"),
    "stocking": Text("Bày lên quầy", "Stocking"),
    "storing": Text("Lưu kho", "Storing"),
    "transporting": Text("Vận chuyển", "Transporting"),
    "unloading": Text("Dỡ hàng", "Unloading"),
    "unpacking": Text("Dỡ gói", "Unpacking"),
    "void_shipping": Text("Huỷ xuất hàng", "Void shipping"),
}

# what a first event means depends on where in the chain it is (`lienvung.ledger.trace.Step.stage`)
STAGES = {
    "growing": Text("Gieo trồng, thu hoạch", "Grown, harvested"),
    "processing": Text("Chế biến", "Processed"),
    "packing": Text("Đóng gói", "Packed"),
    "shipping": Text("Xuất hàng", "Shipped"),
    "receiving": Text("Nhận hàng", "Received"),
    "retail": Text("Bán lẻ", "At the shop"),
}
# what a line of a growing diary tells (`lv:activity`)
ACTIVITIES = {
    "transplanting": Text("Cấy lúa", "Transplanting"),
    "planting": Text("Trồng", "Planting"),
    "sowing": Text("Gieo hạt", "Sowing"),
    "irrigating": Text("Tưới nước", "Irrigating"),
    "weeding": Text("Làm cỏ", "Weeding"),
    "fertilising": Text("Bón phân", "Fertilising"),
    "spraying": Text("Phun thuốc", "Spraying"),
    "vaccination": Text("Tiêm phòng", "Vaccination"),
    "vine_turning": Text("Nhấc dây khoai", "Turning the vines"),
    "stirring": Text("Khuấy đảo", "Stirring"),
    "stocking": Text("Thả giống, nhập đàn", "Stocking"),
    "feeding": Text("Cho ăn", "Feeding"),
    "treatment": Text("Chữa bệnh, dùng thuốc", "Treatment"),
    "water_check": Text("Kiểm tra nước", "Water check"),
    "water_change": Text("Thay nước, xử lý nước", "Water change"),
    "other": Text("Việc khác", "Other work"),
    "inspection": Text("Kiểm tra", "Inspection"),
    "quarantine": Text("Kiểm dịch, nuôi cách ly", "Quarantine"),
    "harvest": Text("Thu hoạch", "Harvest"),
}
BEGINNINGS = frozenset({"commissioning", "creating_class_instance", "collecting", "encoding"})

DISPOSITIONS = {
    "active": Text("Đang lưu hành", "Active"),
    "available": Text("Sẵn có", "Available"),
    "completeness_inferred": Text("Suy ra là đủ", "Completeness inferred"),
    "completeness_verified": Text("Đã kiểm là đủ", "Completeness verified"),
    "conformant": Text("Đạt yêu cầu", "Conformant"),
    "container_closed": Text("Thùng đã đóng", "Container closed"),
    "container_open": Text("Thùng đang mở", "Container open"),
    "damaged": Text("Hư hỏng", "Damaged"),
    "destroyed": Text("Đã tiêu huỷ", "Destroyed"),
    "dispensed": Text("Đã cấp hết", "Dispensed"),
    "disposed": Text("Đã thải bỏ", "Disposed"),
    "encoded": Text("Đã ghi mã", "Encoded"),
    "expired": Text("Quá hạn", "Expired"),
    "in_progress": Text("Đang xử lý", "In progress"),
    "in_transit": Text("Đang trên đường", "In transit"),
    "inactive": Text("Ngừng lưu hành", "Inactive"),
    "mismatch_class": Text("Sai loại hàng", "Mismatch of class"),
    "mismatch_instance": Text("Sai mã đơn chiếc", "Mismatch of instance"),
    "mismatch_quantity": Text("Sai số lượng", "Mismatch of quantity"),
    "needs_replacement": Text("Cần thay", "Needs replacement"),
    "no_pedigree_match": Text("Không khớp nguồn gốc", "No pedigree match"),
    "non_conformant": Text("Không đạt yêu cầu", "Non-conformant"),
    "non_sellable_other": Text("Không bán được", "Non-sellable"),
    "partially_dispensed": Text("Đã cấp một phần", "Partially dispensed"),
    "recalled": Text("Bị thu hồi", "Recalled"),
    "reserved": Text("Đã dành riêng", "Reserved"),
    "retail_sold": Text("Đã bán lẻ", "Retail sold"),
    "returned": Text("Đã trả lại", "Returned"),
    "sellable_accessible": Text("Đang bán tại quầy", "Sellable, accessible"),
    "sellable_not_accessible": Text("Chờ bán trong kho", "Sellable, not accessible"),
    "stolen": Text("Bị mất cắp", "Stolen"),
    "unavailable": Text("Không sẵn có", "Unavailable"),
    "unknown": Text("Không rõ", "Unknown"),
}

# disposition -> colour of its tag; the word is always beside the colour
TONES = {
    "recalled": "red",
    "destroyed": "red",
    "stolen": "red",
    "non_conformant": "red",
    "expired": "amber",
    "damaged": "amber",
    "returned": "amber",
    "non_sellable_other": "amber",
    "mismatch_quantity": "amber",
    "mismatch_class": "amber",
    "mismatch_instance": "amber",
    "sellable_accessible": "green",
    "conformant": "green",
    "active": "green",
}

EVENT_TYPES = {
    "ObjectEvent": Text("Sự kiện của vật", "Object event"),
    "AggregationEvent": Text("Đóng vào / lấy ra khỏi đơn vị chứa", "Aggregation event"),
    "TransactionEvent": Text("Gắn với giao dịch", "Transaction event"),
    "TransformationEvent": Text("Chế biến: cái này thành cái khác", "Transformation event"),
    "AssociationEvent": Text("Gắn thiết bị với vật", "Association event"),
}

EVENT_MEANINGS = {
    "ObjectEvent": Text(
        "Điều gì đó đã xảy ra với những vật nêu dưới đây.", "Something happened to the things listed below."
    ),
    "AggregationEvent": Text(
        "Vật được cho vào, thấy ở trong, hoặc lấy ra khỏi một đơn vị chứa.",
        "Things were put into, seen in, or taken out of a container.",
    ),
    "TransactionEvent": Text(
        "Vật được gắn với đơn hàng, hoá đơn hoặc giấy tờ.", "Things were tied to an order, invoice or paper."
    ),
    "TransformationEvent": Text(
        "Đầu vào được dùng hết một phần hoặc toàn bộ để làm ra đầu ra.",
        "Inputs were consumed, wholly or in part, to make the outputs.",
    ),
    "AssociationEvent": Text(
        "Thiết bị (cảm biến, khay, xe) được gắn với vật.", "Equipment (sensor, tray, vehicle) was tied to a thing."
    ),
}

ACTIONS = {
    "ADD": Text("thêm (lần đầu hoặc cho vào)", "ADD: begun, or put in"),
    "OBSERVE": Text("quan sát (không thêm, không bớt)", "OBSERVE: seen, nothing added or taken"),
    "DELETE": Text("bớt (kết thúc hoặc lấy ra)", "DELETE: ended, or taken out"),
}

FIELDS = {
    "eventID": (Text("Mã sự kiện", "Event ID"), Text("do bên gửi đặt", "given by the sender")),
    "type": (Text("Loại sự kiện", "Event type"), Text("", "")),
    "action": (Text("Hành động", "Action"), Text("", "")),
    "eventTime": (Text("Thời điểm xảy ra", "Event time"), Text("khi việc xảy ra", "when it happened")),
    "eventTimeZoneOffset": (
        Text("Múi giờ nơi xảy ra", "Time zone offset"),
        Text("giờ địa phương của nơi đó", "local time of that place"),
    ),
    "recordTime": (Text("Thời điểm ghi sổ", "Record time"), Text("khi sổ cái nhận", "when the ledger took it")),
    "bizStep": (Text("Bước nghiệp vụ", "Business step"), Text("đang làm việc gì", "what was being done")),
    "disposition": (Text("Trạng thái", "Disposition"), Text("sau sự kiện này", "after this event")),
    "persistentDisposition": (
        Text("Trạng thái lâu dài", "Persistent disposition"),
        Text("giữ đến khi được gỡ", "kept until it is unset"),
    ),
    "readPoint": (Text("Nơi đọc", "Read point"), Text("nơi ghi nhận sự kiện", "where it was seen")),
    "bizLocation": (Text("Nơi chốn", "Business location"), Text("vật ở đâu sau đó", "where the things are after it")),
    "epcList": (Text("Các vật", "Things"), Text("mã từng vật", "one identifier each")),
    "quantityList": (Text("Số lượng theo lô", "Quantities"), Text("lô và số lượng", "lots and how much")),
    "parentID": (Text("Đơn vị chứa", "Container"), Text("mã của thùng, kiện", "identifier of the case or pallet")),
    "childEPCs": (Text("Vật bên trong", "Contents"), Text("mã từng vật", "one identifier each")),
    "childQuantityList": (Text("Số lượng bên trong", "Quantities inside"), Text("lô và số lượng", "lots, how much")),
    "inputEPCList": (Text("Vật đầu vào", "Input things"), Text("đã dùng", "used up")),
    "inputQuantityList": (Text("Lượng đầu vào", "Input quantities"), Text("đã dùng", "used up")),
    "outputEPCList": (Text("Vật đầu ra", "Output things"), Text("đã làm ra", "made")),
    "outputQuantityList": (Text("Lượng đầu ra", "Output quantities"), Text("đã làm ra", "made")),
    "transformationID": (
        Text("Mã quá trình chế biến", "Transformation ID"),
        Text("nối nhiều sự kiện của một mẻ", "joins the events of one batch"),
    ),
    "bizTransactionList": (Text("Giấy tờ giao dịch", "Business transactions"), Text("đơn, hoá đơn", "orders, bills")),
    "sourceList": (Text("Bên giao", "Sources"), Text("từ đâu, của ai", "from where, from whom")),
    "destinationList": (Text("Bên nhận", "Destinations"), Text("đến đâu, cho ai", "to where, to whom")),
    "sensorElementList": (
        Text("Số đo cảm biến", "Sensor readings"),
        Text("nhiệt độ, độ ẩm…", "temperature, humidity…"),
    ),
    "ilmd": (
        Text("Dữ liệu gốc của lô", "Lot master data"),
        Text("ngày sản xuất, hạn dùng…", "production date, best before…"),
    ),
    "errorDeclaration": (
        Text("Khai báo sai sót", "Error declaration"),
        Text("sự kiện này được tuyên là ghi sai", "this event has been declared erroneous"),
    ),
    "certificationInfo": (Text("Chứng nhận", "Certification"), Text("", "")),
}

KINDS = {
    "lot": Text("Lô", "Lot"),
    "serial": Text("Đơn chiếc", "Item"),
    "logistic": Text("Đơn vị vận chuyển", "Logistic unit"),
    "asset": Text("Thửa, vật nuôi, thiết bị", "Plot, animal or device"),  # GIAI (AI 8004)
    "class": Text("Sản phẩm", "Product"),
    "place": Text("Nơi", "Place"),
    "other": Text("Mã khác", "Other identifier"),
}

LINKS = {
    "transform": Text("làm thành", "made into"),
    "lot": Text("thuộc lô", "item of the lot"),
    "contain": Text("đóng vào", "packed into"),
}

# UN/ECE Recommendation 20 codes that the products here use
UNITS = {
    "KGM": Text("kg", "kg"),
    "GRM": Text("g", "g"),
    "TNE": Text("tấn", "t"),
    "LTR": Text("lít", "l"),
    "MLT": Text("ml", "ml"),
    "EA": Text("cái", "pieces"),
    "H87": Text("cái", "pieces"),
    "XPK": Text("gói", "packs"),
    "CT": Text("thùng", "cartons"),
    "HAR": Text("ha", "ha"),
    "MTK": Text("m²", "m²"),
    "CEL": Text("°C", "°C"),
    "P1": Text("%", "%"),
}


PIECES = Text("món", "items")


def word(table: dict[str, Text], key: str | None) -> Text:
    """The words for `key`; a word that is not in the table stands for itself (its last URI part)."""
    if not key:
        return Text("", "")
    bare = key.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1].removeprefix("BizStep-").removeprefix("Disp-")
    return table.get(bare) or Text(key, key)


def step_word(biz_step: str | None, stage: str, activity: object = None) -> Text:
    """What a step is called: by its diary's activity, a mere beginning by its stage, all else by its business step."""
    if isinstance(activity, str) and activity:
        return word(ACTIVITIES, activity)
    return STAGES[stage] if biz_step in BEGINNINGS and stage in STAGES else word(BIZ_STEPS, biz_step)


def unit(code: str | None) -> Text:
    """The unit in words; a quantity without one counts pieces (EPCIS 2.0, QuantityElement)."""
    return PIECES if not code else UNITS.get(code or "", Text(code or "", code or ""))
