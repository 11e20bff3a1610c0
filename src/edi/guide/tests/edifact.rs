//! The structure of the EDIFACT messages that are shipped.

use super::*;

/// Every shipped EDIFACT guide.
fn messages() -> Vec<Arc<Guide>> {
    let guides = Guides::shipped();
    guides.keys().filter(|key| key.standard == "edifact").map(|key| guides.get(key).unwrap()).collect()
}

/// A loop and all loops inside it, in the order of the guide.
fn all_loops(definition: &LoopDef) -> Vec<&LoopDef> {
    std::iter::once(definition).chain(definition.loops().flat_map(all_loops)).collect()
}

#[test]
fn both_directories_have_all_messages_and_control_follows_the_syntax() {
    let found: Vec<String> = messages().iter().map(|guide| guide.key().to_string()).collect();
    let expect = |release: &str| {
        let sets = "APERAK CONTRL DELFOR DELJIT DESADV INVOIC INVRPT ORDCHG ORDERS ORDRSP RECADV REMADV";
        sets.split(' ').map(|set| format!("edifact/{release}/{set}")).collect::<Vec<_>>()
    };
    let control = |release: &str| vec![format!("edifact/{release}/CONTRL")];
    assert_eq!(found, [control("41"), expect("D01B"), control("D3"), expect("D96A")].concat());
}

#[test]
fn every_segment_is_described() {
    for guide in messages() {
        for definition in all_loops(guide.root()) {
            for segment in definition.segments() {
                assert!(guide.segment(segment.tag.as_str()).is_some(), "{}: {}", guide.key(), segment.tag);
            }
        }
    }
}

#[test]
fn groups_are_numbered_in_order_without_a_gap() {
    for guide in messages() {
        let numbers: Vec<u32> = all_loops(guide.root()).iter().filter_map(|definition| definition.group).collect();
        let loops = u32::try_from(all_loops(guide.root()).len()).unwrap() - 1;
        assert_eq!(numbers, (1..=loops).collect::<Vec<_>>(), "{}", guide.key());
    }
}

/// Loops and segments of one parent with the same tag can only be told apart if a mandatory segment stands between.
#[test]
fn what_begins_alike_in_one_parent_is_parted_by_a_mandatory_segment() {
    for guide in messages() {
        for definition in all_loops(guide.root()) {
            let mut seen: Vec<Tag> = Vec::new();
            for part in &definition.parts {
                let (tag, is_segment) = match part {
                    Part::Segment(segment) => (segment.tag, true),
                    Part::Loop(child) => (child.first().unwrap().tag, false),
                };
                if is_segment && part.requirement() == Requirement::Mandatory {
                    seen.clear();
                }
                assert!(!seen.contains(&tag), "{}: {tag} twice in {}", guide.key(), definition.name);
                seen.push(tag);
            }
        }
    }
}

#[test]
fn packing_is_a_hierarchy_wherever_it_stands() {
    let mut found = Vec::new();
    for guide in messages() {
        for definition in all_loops(guide.root()) {
            assert_eq!(definition.name == "CPS", definition.hierarchy.is_some(), "{}", guide.key());
            if let Some(hierarchy) = &definition.hierarchy {
                assert_eq!((hierarchy.id, hierarchy.parent, hierarchy.level), (1, 2, None));
                found.push(format!("{} SG{}", guide.key(), definition.group.unwrap()));
            }
        }
    }
    let expect = |release: &str| {
        ["DESADV SG10", "INVRPT SG6", "INVRPT SG15", "RECADV SG16"].map(|each| format!("edifact/{release}/{each}"))
    };
    assert_eq!(found, [expect("D01B"), expect("D96A")].concat());
}

/// The numbers that every implementation guide quotes.
#[test]
fn well_known_groups_are_where_they_should_be() {
    let check = |key: &str, path: &str, group: u32, max: u32| {
        let guide = shipped(key).unwrap();
        let found = path.split('/').fold(guide.root(), |definition, name| definition.child(name).unwrap());
        assert_eq!((found.group, found.max), (Some(group), Max::Times(max)), "{key}/{path}");
    };
    check("edifact/D96A/ORDERS", "LIN", 25, 200_000);
    check("edifact/D01B/ORDERS", "LIN", 28, 200_000);
    check("edifact/D96A/ORDERS", "LIN/PRI", 28, 25);
    check("edifact/D01B/ORDERS", "LIN/PRI", 32, 25);
    check("edifact/D01B/ORDERS", "PAT/MOA", 9, 9_999);
    check("edifact/D96A/ORDRSP", "LIN/RFF", 31, 999);
    check("edifact/D01B/ORDCHG", "LIN", 27, 200_000);
    check("edifact/D96A/DESADV", "CPS/PAC/PCI/GIN", 14, 99);
    check("edifact/D96A/DESADV", "CPS/LIN", 15, 9_999);
    check("edifact/D01B/DESADV", "CPS/LIN", 17, 9_999);
    check("edifact/D96A/INVOIC", "LIN", 25, 9_999_999);
    check("edifact/D01B/INVOIC", "LIN", 26, 9_999_999);
    check("edifact/D96A/INVOIC", "taxTotal", 50, 10);
    check("edifact/D01B/INVOIC", "taxTotal", 52, 10);
    check("edifact/D96A/DELFOR", "deliveryPoint/LIN", 8, 9_999);
    check("edifact/D01B/DELFOR", "GIS/LIN/SCC/QTY", 18, 999);
    check("edifact/D01B/REMADV", "DOC", 5, 999_999);
    check("edifact/D3/CONTRL", "UCF/UCM/UCS", 5, 999);
    check("edifact/41/CONTRL", "UCM", 1, 999_999);
}
