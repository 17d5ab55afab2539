"""The link types of the GS1 web vocabulary that an owner may register (ref.gs1.org/voc, "link types").

Words of the standard stand as they are; the texts are what a form shows. `defaultLink` and `defaultLinkMulti` are
no types of their own here: a link has a type and may be the default besides (standard, section 2.5.8).
"""

from __future__ import annotations

from lienvung.texts import Text

VOC = "https://ref.gs1.org/voc/"
#: how the vocabulary's namespace is written by people and by older resolvers
NAMESPACES = ("gs1:", VOC, "https://gs1.org/voc/", "https://www.gs1.org/voc/", "http://gs1.org/voc/")
DEFAULT = "defaultLink"
MULTI = "defaultLinkMulti"
LINKSET = ("linkset", "all")  # "all" is the older word for it, deprecated since 2/2024
#: the kind under which the public page is described where the owner has a link of its usual kind
INSTEAD = "registryEntry"

LINK_TYPES: dict[str, Text] = {
    "pip": Text("Trang thông tin sản phẩm", "Product information page"),
    "traceability": Text("Truy xuất nguồn gốc", "Traceability"),
    "certificationInfo": Text("Chứng nhận", "Certification"),
    "recallStatus": Text("Tình trạng thu hồi", "Recall status"),
    "safetyInfo": Text("Thông tin an toàn", "Safety information"),
    "recipeInfo": Text("Cách nấu, công thức món ăn", "Recipes"),
    "ingredientsInfo": Text("Thành phần", "Ingredients"),
    "nutritionalInfo": Text("Dinh dưỡng", "Nutrition"),
    "allergenInfo": Text("Chất gây dị ứng", "Allergens"),
    "consumerHandlingStorageInfo": Text("Cách dùng và bảo quản", "Handling and storage"),
    "instructions": Text("Hướng dẫn", "Instructions"),
    "homepage": Text("Trang chủ", "Home page"),
    "hasRetailers": Text("Nơi bán", "Retailers"),
    "locationInfo": Text("Thông tin địa điểm", "Location information"),
    "openingHoursInfo": Text("Giờ mở cửa", "Opening hours"),
    "registryEntry": Text("Mục trong sổ đăng ký", "Registry entry"),
    "verificationService": Text("Dịch vụ kiểm tra mã", "Verification service"),
    "epcis": Text("Kho sự kiện EPCIS", "EPCIS repository"),
    "masterData": Text("Dữ liệu chủ", "Master data"),
    "dpp": Text("Hộ chiếu số của sản phẩm", "Digital product passport"),
    "sustainabilityInfo": Text("Bền vững, môi trường", "Sustainability"),
    "productSustainabilityInfo": Text("Sản phẩm bền vững", "Sustainability of the product"),
    "activityIdeas": Text("Gợi ý hoạt động", "Ideas for activities"),
    "appDownload": Text("Tải ứng dụng", "Application download"),
    "brandHomepageClinical": Text("Trang nhãn hiệu cho cán bộ y tế", "Brand page for clinicians"),
    "brandHomepagePatient": Text("Trang nhãn hiệu cho người bệnh", "Brand page for patients"),
    "careersInfo": Text("Tuyển dụng", "Careers"),
    "eifu": Text("Hướng dẫn sử dụng điện tử", "Electronic instructions for use"),
    "epil": Text("Tờ hướng dẫn thuốc điện tử", "Electronic patient leaflet"),
    "eventsInfo": Text("Sự kiện, lễ hội", "Events"),
    "faqs": Text("Câu hỏi thường gặp", "Frequently asked questions"),
    "jws": Text("Chữ ký JSON (JWS)", "JSON web signature"),
    "leaveReview": Text("Viết nhận xét", "Leave a review"),
    "logisticsInfo": Text("Vận chuyển, kho bãi", "Logistics"),
    "loyaltyProgram": Text("Khách hàng thân thiết", "Loyalty programme"),
    "menuInfo": Text("Thực đơn", "Menu"),
    "paymentLink": Text("Thanh toán", "Payment"),
    "promotion": Text("Khuyến mại", "Promotion"),
    "purchaseSuppliesOrAccessories": Text("Mua vật tư, phụ kiện", "Supplies and accessories"),
    "quickStartGuide": Text("Hướng dẫn nhanh", "Quick start guide"),
    "registerProduct": Text("Đăng ký sản phẩm đã mua", "Product registration"),
    "relatedImage": Text("Hình ảnh", "Image"),
    "relatedVideo": Text("Phim", "Video"),
    "review": Text("Nhận xét", "Reviews"),
    "scheduleTime": Text("Lịch", "Schedule"),
    "serviceInfo": Text("Bảo hành, dịch vụ", "Service"),
    "smartLabel": Text("Nhãn thông minh SmartLabel", "SmartLabel"),
    "smpc": Text("Tóm tắt đặc tính thuốc", "Summary of product characteristics"),
    "socialMedia": Text("Mạng xã hội", "Social media"),
    "statisticInfo": Text("Thống kê", "Statistics"),
    "subscribe": Text("Đăng ký nhận tin", "Subscribe"),
    "support": Text("Hỗ trợ", "Support"),
    "tutorial": Text("Bài hướng dẫn", "Tutorial"),
    "userAgreement": Text("Điều khoản sử dụng", "User agreement"),
    "whatsInTheBox": Text("Trong hộp có gì", "What is in the box"),
}


def bare(word: str) -> str:
    """`gs1:pip`, `https://ref.gs1.org/voc/pip` and `pip` are all "pip"; another namespace stays as it is."""
    for namespace in NAMESPACES:
        if word.startswith(namespace):
            return word[len(namespace) :]
    return word
