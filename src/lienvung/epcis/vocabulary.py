"""The Core Business Vocabulary 2.0 as our own table: bare words and their two URI spellings.

Counts of CBV 2.0 (section 7): 41 business steps, 33 dispositions, 13 business
transaction types, 3 source/destination types, 2 error reasons, 14 components;
GS1 Web Vocabulary: 72 measurement types, 2 sensor alert types.
A word is accepted bare (`shipping`), as `urn:epcglobal:cbv:bizstep:shipping` and as
`https://ref.gs1.org/cbv/BizStep-shipping`; it is kept bare and hashed as the web URI.
"""

from __future__ import annotations

from typing import NamedTuple

CBV = "https://ref.gs1.org/cbv/"
GS1_VOC = "https://gs1.org/voc/"
GS1_VOC_NOW = "https://ref.gs1.org/voc/"  # where GS1 publishes the same vocabulary today


class Vocabulary(NamedTuple):
    """One list of standard words. `web` + word is its URI; `urn` + word the older spelling ("" where none)."""

    name: str
    web: str
    urn: str
    words: frozenset[str]
    drafts: frozenset[str] = frozenset()  # words of drafts that the standard's own examples still use: also accepted

    def bare(self, value: str) -> str:
        """`value` as the bare word where it is one of this list in any spelling, else unchanged."""
        for prefix in (self.web, self.urn, GS1_VOC_NOW if self.web == GS1_VOC else ""):
            if prefix and value.startswith(prefix):
                word = value[len(prefix) :]
                if self.has(word):
                    return word
        return value

    def has(self, word: str) -> bool:
        return word in self.words or word in self.drafts

    def uri(self, value: str) -> str:
        """The web URI of a bare word of this list; anything else unchanged."""
        return self.web + value if self.has(value) else value


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BIZ_STEP = Vocabulary(
    "bizStep",
    CBV + "BizStep-",
    "urn:epcglobal:cbv:bizstep:",
    _words("""
    accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting
    decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting
    installing killing loading other packing picking receiving removing repackaging repairing replacing reserving
    retail_selling sampling sensor_reporting shipping staging_outbound stock_taking stocking storing transporting
    unloading unpacking void_shipping
    """),
)
DISPOSITION = Vocabulary(
    "disposition",
    CBV + "Disp-",
    "urn:epcglobal:cbv:disp:",
    _words("""
    active available completeness_inferred completeness_verified conformant container_closed container_open
    damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class
    mismatch_instance mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other
    partially_dispensed recalled reserved retail_sold returned sellable_accessible sellable_not_accessible stolen
    unavailable unknown
    """),
)
BIZ_TRANSACTION_TYPE = Vocabulary(
    "bizTransactionType",
    CBV + "BTT-",
    "urn:epcglobal:cbv:btt:",
    _words("""
    bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt
    """),
)
SOURCE_DEST_TYPE = Vocabulary(
    "sourceDestType",
    CBV + "SDT-",
    "urn:epcglobal:cbv:sdt:",
    _words("""
    location owning_party possessing_party
    """),
)
ERROR_REASON = Vocabulary(
    "errorReason",
    CBV + "ER-",
    "urn:epcglobal:cbv:er:",
    _words("""
    did_not_occur incorrect_data
    """),
)
COMPONENT = Vocabulary(
    "component",
    CBV + "Comp-",
    "",
    _words("""
    altitude axial_distance azimuth easting elevation_angle height latitude longitude northing polar_angle
    spherical_radius x y z
    """),
)
MEASUREMENT_TYPE = Vocabulary(
    "measurementType",
    GS1_VOC,
    "",
    _words("""
    AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
    AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance
    Conductance Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity
    ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency
    Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux
    LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate
    MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux
    RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume Speed
    SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate VolumeFraction
    VolumetricFlux Wavenumber
    """),
    _words("EffectiveDose EffectiveDoseRate"),
)
SENSOR_ALERT_TYPE = Vocabulary(
    "sensorAlertType",
    GS1_VOC,
    "",
    _words("""
    ALARM_CONDITION ERROR_CONDITION
    """),
)

VOCABULARIES = (
    BIZ_STEP,
    DISPOSITION,
    BIZ_TRANSACTION_TYPE,
    SOURCE_DEST_TYPE,
    ERROR_REASON,
    COMPONENT,
    MEASUREMENT_TYPE,
    SENSOR_ALERT_TYPE,
)
