"""What speakers say in every video, whatever it is about, by language.

Only whole formulas: single words (`sponsor`, `code`, `thanks to`) may be what a talk is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from chalicelib.text.summarize.embedded.terms import words


class Formulas:
    """`_` stands for a space. `spaceless`: of a script or language in which words are not told apart."""

    def __init__(self, text: str, *, spaceless: bool = False) -> None:
        listed = [formula.replace("_", " ") for formula in text.split()]
        self._inside = listed if spaceless else []
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for formula in sorted(() if spaceless else listed, key=len, reverse=True):
            first, *rest = words(formula)
            self._by_first.setdefault(first, []).append(tuple(rest))

    def share(self, text: str, said: Sequence[str]) -> float:
        """Of a text and its words: how much of it is formulas."""
        if self._inside:
            return sum(len(formula) * text.count(formula) for formula in self._inside) / max(1, len(text))
        if self._by_first.keys().isdisjoint(said):
            return 0.0
        return self._covered(said) / len(said)

    def _covered(self, said: Sequence[str]) -> int:
        count = i = 0
        while i < len(said):
            length = self._length(said, i)
            count += length
            i += max(1, length)
        return count

    def _length(self, said: Sequence[str], at: int) -> int:
        for rest in self._by_first.get(said[at], ()):
            if tuple(said[at + 1 : at + 1 + len(rest)]) == rest:
                return 1 + len(rest)
        return 0


PROMOTION: Final[Mapping[str, Formulas]] = {
    "en": Formulas(
        """video_is_sponsored_by episode_is_sponsored_by podcast_is_sponsored_by show_is_sponsored_by
        sponsored_by_our_friends sponsoring_this_video sponsoring_this_episode sponsor_of_this today's_sponsor
        this_week's_sponsor our_sponsor our_sponsors brought_to_you_by promo_code discount_code coupon_code
        percent_off_your half_off_your off_your_first off_your_order link_in_the_description
        links_in_the_description linked_in_the_description in_the_description_below link_below links_below
        in_the_show_notes like_and_subscribe please_subscribe hit_subscribe hit_that_subscribe
        hit_the_subscribe forget_to_subscribe subscribe_for_more subscribe_to_the_channel
        subscribe_to_my_channel subscribe_to_our_channel subscribe_to_this_channel subscribe_to_the_podcast
        subscribe_to_our_newsletter subscribe_to_my_newsletter hit_the_like hit_that_like smash_that_like
        smash_the_like notification_bell hit_the_bell ring_the_bell leave_a_review leave_us_a_review
        leave_a_comment leave_us_a_comment leave_a_like know_in_the_comments tell_me_in_the_comments
        in_the_comments_below comment_down_below patreon_page support_me_on_patreon support_us_on_patreon
        special_thanks_to big_thanks_to huge_thanks_to shout_out_to thanks_for_watching
        thanks_for_listening thanks_for_having thanks_for_joining thanks_for_coming thanks_for_tuning
        thanks_for_being thank_you_for_watching thank_you_for_listening thank_you_for_having
        thank_you_for_joining thank_you_for_coming thank_you_for_tuning thank_you_for_being
        thank_you_for_your_time thank_you_so_much_for so_much_for_being_here so_much_for_having_me
        so_much_for_joining so_much_for_coming see_you_next see_you_in_the_next see_you_tomorrow
        that's_it_for_today that's_all_for_today until_next_time if_you're_new_here new_to_the_channel
        if_you_enjoyed_this if_you_liked_this_video if_you_liked_this_episode if_you_like_this_video"""
    ),
    "de": Formulas(
        """dieses_video_wird_gesponsert sponsor_dieses_videos sponsor_dieser_folge wird_präsentiert_von
        rabattcode gutscheincode link_in_der_beschreibung links_in_der_beschreibung videobeschreibung
        abonniert_den_kanal abonniert_meinen_kanal kanal_abonnieren daumen_nach_oben aktiviert_die_glocke
        schreibt_es_in_die_kommentare schreibt_mir_in_die_kommentare danke_fürs_zuschauen danke_fürs_zuhören
        danke_für_die_einladung bis_zum_nächsten_mal das_war's_für_heute"""
    ),
    "fr": Formulas(
        """vidéo_est_sponsorisée_par épisode_est_sponsorisé_par sponsor_de_cette_vidéo code_promo
        lien_en_description lien_dans_la_description abonnez-vous_à pensez_à_vous_abonner pouce_bleu
        activez_la_cloche dites-moi_en_commentaire merci_d'avoir_regardé merci_d'avoir_écouté merci_de_m'avoir
        à_la_prochaine c'est_tout_pour_aujourd'hui"""
    ),
    "es": Formulas(
        """video_está_patrocinado_por vídeo_está_patrocinado_por patrocinador_de_este código_promocional
        código_de_descuento enlace_en_la_descripción link_en_la_descripción suscríbete_al suscríbanse
        suscribirse_al_canal dale_like denle_like la_campanita déjame_en_los_comentarios gracias_por_ver
        gracias_por_escuchar gracias_por_invitarme hasta_la_próxima nos_vemos_en_el_próximo
        eso_es_todo_por_hoy"""
    ),
    "pt": Formulas(
        """vídeo_é_patrocinado_por patrocinador_deste código_promocional código_de_desconto
        cupom_de_desconto link_na_descrição inscreva-se_no se_inscreva_no se_inscrever_no_canal deixa_o_like
        deixe_o_like o_sininho deixe_nos_comentários obrigado_por_assistir obrigada_por_assistir
        até_a_próxima por_hoje_é_só"""
    ),
    "it": Formulas(
        """video_è_sponsorizzato_da sponsor_di_questo codice_sconto codice_promozionale link_in_descrizione
        iscrivetevi_al iscriviti_al mettete_like lasciate_un_like la_campanella scrivetemi_nei_commenti
        grazie_per_aver_guardato grazie_per_avermi alla_prossima per_oggi_è_tutto"""
    ),
    "nl": Formulas(
        """video_wordt_gesponsord_door sponsor_van_deze kortingscode link_in_de_beschrijving abonneer_je
        duimpje_omhoog laat_het_weten_in_de_reacties bedankt_voor_het_kijken bedankt_voor_het_luisteren
        tot_de_volgende_keer dat_was_het_voor_vandaag"""
    ),
    "ru": Formulas(
        """спонсор_этого_видео спонсор_этого_выпуска спонсор_выпуска промокод по_промокоду
        ссылка_в_описании ссылки_в_описании подписывайтесь_на подпишитесь_на ставьте_лайк ставьте_лайки
        колокольчик пишите_в_комментариях спасибо_за_просмотр спасибо_за_внимание до_новых_встреч
        на_сегодня_всё"""
    ),
    "ar": Formulas(
        "لا_تنسوا_الاشتراك لا_تنس_الاشتراك اشتركوا_في_القناة رابط_في_الوصف كود_الخصم شكرا_على_المشاهدة"
    ),
    "he": Formulas("תשכחו_להירשם הירשמו_לערוץ קישור_בתיאור קוד_קופון תודה_שצפיתם"),
    "hi": Formulas("सब्सक्राइब डिस्क्रिप्शन_में प्रोमो_कोड देखने_के_लिए_धन्यवाद"),
    "ja": Formulas("チャンネル登録 高評価 概要欄 提供でお送り ご視聴ありがとう また次回", spaceless=True),
    "zh": Formulas(
        "点赞 點讚 记得关注 别忘了关注 记得订阅 别忘了订阅 优惠码 下期再见 感谢收看 欢迎收看", spaceless=True
    ),
    "ko": Formulas("구독과 구독_부탁 구독해 알림_설정 할인_코드 시청해_주셔서", spaceless=True),
    "th": Formulas("กดติดตาม กดไลก์ แล้วพบกันใหม่ ขอบคุณที่รับชม", spaceless=True),
}
"""Sponsors, calls to act, thanks and farewells: a segment that holds one is about nothing else."""

COURTESY: Final[Mapping[str, Formulas]] = {
    "en": Formulas(
        """welcome welcome_back welcome_to welcome_everyone my_name_is my_name's my_background thanks_for
        thank_you thank_you_very_much thank_you_so_much thanks_a_lot thanks_everybody
        thanks_everyone thanks_all many_thanks goodbye bye bye_bye good_morning good_afternoon
        good_evening good_night hello hi_everybody hi_everyone hi_guys hey_everyone hey_everybody hey_guys
        what's_up_guys i'm_your_host our_guest joining_us joining_me see_you nice_to_meet have_a_great
        have_a_nice happy_to_be great_to_be lovely_to_be glad_to_be any_questions my_pleasure before_we_start
        before_we_begin before_we_get_started last_time_we_looked last_time_we_talked last_time_we_saw
        in_the_last_video in_the_last_episode in_the_last_lecture in_the_next_video in_the_next_episode
        in_the_next_lecture can_you_hear_me can_everybody_hear can_everyone_hear can_you_see_my"""
    ),
    "de": Formulas(
        """herzlich_willkommen willkommen mein_name_ist vielen_dank danke_schön guten_tag guten_morgen
        guten_abend hallo bis_bald letztes_mal_haben_wir"""
    ),
    "fr": Formulas("bienvenue bonjour bonsoir je_m'appelle merci merci_beaucoup salut au_revoir à_bientôt"),
    "es": Formulas(
        """bienvenidos bienvenidas bienvenido hola buenos_días buenas_tardes me_llamo muchas_gracias
        gracias_por adiós hasta_luego"""
    ),
    "pt": Formulas("bem-vindos bem-vindo olá bom_dia boa_tarde meu_nome_é obrigado obrigada tchau"),
    "it": Formulas("benvenuti benvenuto ciao buongiorno buonasera mi_chiamo grazie_per grazie_mille"),
    "nl": Formulas("welkom hallo goedemorgen goedenavond mijn_naam_is bedankt dank_je dank_u tot_ziens"),
    "ru": Formulas("добро_пожаловать здравствуйте привет меня_зовут спасибо до_свидания добрый_день"),
    "ar": Formulas("السلام_عليكم مرحبا_بكم أهلا_بكم شكرا_لكم إلى_اللقاء"),
    "he": Formulas("שלום_לכולם ברוכים_הבאים תודה_רבה להתראות"),
    "hi": Formulas("नमस्ते स्वागत_है धन्यवाद फिर_मिलेंगे"),
    "ja": Formulas("皆さん こんにちは こんばんは ありがとうございま お会いしましょう", spaceless=True),
    "zh": Formulas("大家好 谢谢大家 再见 今天就到这里", spaceless=True),
    "ko": Formulas("여러분 안녕하세요 안녕하십니까 감사합니다", spaceless=True),
    "th": Formulas("สวัสดี ยินดีต้อนรับ ขอบคุณ", spaceless=True),
}
"""May stand before or behind what a talk is about."""
