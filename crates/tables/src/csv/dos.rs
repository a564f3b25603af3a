//! The code pages of DOS, which old German and Western European programs still write. The Encoding
//! Standard of the web leaves them out; what each byte means is Unicode's mapping of them
//! (`VENDORS/MICSFT/PC`).

/// A code page: the lower half is ASCII.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Its name with IANA.
    pub(crate) name: &'static str,
    labels: &'static [&'static str],
    /// What the bytes from 80 to FF mean.
    upper: &'static str,
}

/// Western Europe.
pub(crate) static CP850: Page = Page {
    name: "IBM850",
    labels: &["ibm850", "cp850", "850", "csibm850", "dos-850", "cp858"],
    upper: "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
};

/// The first PC's.
pub(crate) static CP437: Page = Page {
    name: "IBM437",
    labels: &["ibm437", "cp437", "437", "cspc8codepage437", "dos-437"],
    upper: "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
};

/// Central Europe.
pub(crate) static CP852: Page = Page {
    name: "IBM852",
    labels: &["ibm852", "cp852", "852", "cspcp852", "dos-852"],
    upper: "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}",
};

impl Page {
    /// The page of this name.
    pub(crate) fn of(label: &str) -> Option<&'static Self> {
        let label = label.trim().to_ascii_lowercase();
        [&CP850, &CP437, &CP852].into_iter().find(|page| page.labels.contains(&label.as_str()))
    }

    /// What the bytes from 80 to FF mean, in their order.
    pub(super) fn upper(&self) -> Vec<char> {
        self.upper.chars().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_means_one_thing() {
        for page in [&CP850, &CP437, &CP852] {
            let mut upper = page.upper();
            assert_eq!(upper.len(), 128, "{}", page.name);
            upper.sort_unstable();
            upper.dedup();
            assert_eq!(upper.len(), 128, "{}", page.name);
            assert_eq!(Page::of(page.name), Some(page));
        }
    }
}
